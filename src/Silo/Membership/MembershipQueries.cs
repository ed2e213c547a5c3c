namespace Sluice.Silo.Membership;

/// <summary>
/// The tables of the cluster's membership, and the statements that Orleans reads out of <c>OrleansQuery</c> and runs;
/// their names, parameters and columns are its own. Beside what it needs, a silo's row has the read lease that it was
/// granted (<see cref="ReadLeases"/>) and when it was last suspected.
/// </summary>
internal static class MembershipQueries
{
    private const string IsThisSilo =
        "DeploymentId = @DeploymentId AND Address = @Address AND Port = @Port AND Generation = @Generation";

    private const string Columns = """
        v.DeploymentId, m.Address, m.Port, m.Generation, m.SiloName, m.HostName, m.Status, m.ProxyPort, m.SuspectTimes,
        m.StartTime, m.IAmAliveTime, v.Version
        """;

    /// <summary>Status of a silo that is declared dead, and of one that serves, as Orleans numbers them.</summary>
    private const int Dead = 6;
    private const int Active = 3;

    public static readonly IReadOnlyList<string> Tables =
    [
        """
        CREATE TABLE IF NOT EXISTS OrleansQuery (
            QueryKey text PRIMARY KEY,
            QueryText text NOT NULL)
        """,
        """
        CREATE TABLE IF NOT EXISTS OrleansMembershipVersionTable (
            DeploymentId text PRIMARY KEY,
            Version integer NOT NULL DEFAULT 0,
            Timestamp timestamptz NOT NULL DEFAULT now())
        """,
        """
        CREATE TABLE IF NOT EXISTS OrleansMembershipTable (
            DeploymentId text NOT NULL REFERENCES OrleansMembershipVersionTable,
            Address text NOT NULL,
            Port integer NOT NULL,
            Generation integer NOT NULL,
            SiloName text NOT NULL,
            HostName text NOT NULL,
            Status integer NOT NULL,
            ProxyPort integer,
            SuspectTimes text,
            StartTime timestamptz NOT NULL,
            IAmAliveTime timestamptz NOT NULL,
            SuspectedAt timestamptz,
            LeaseUntil timestamptz,
            PRIMARY KEY (DeploymentId, Address, Port, Generation))
        """,
    ];

    public const string SetQuery = """
        INSERT INTO OrleansQuery AS known (QueryKey, QueryText) VALUES (@Key, @Text)
        ON CONFLICT (QueryKey) DO UPDATE SET QueryText = EXCLUDED.QueryText
        WHERE known.QueryText <> EXCLUDED.QueryText
        """;

    /// <summary>
    /// Grants a lease, unless the silo is dead or was suspected a short while ago. Tells which version of the
    /// membership was in force; no row: there is no lease.
    /// </summary>
    public static readonly string RenewLease = $"""
        UPDATE OrleansMembershipTable m
        SET LeaseUntil = clock_timestamp() + @Length
        FROM OrleansMembershipVersionTable v
        WHERE m.DeploymentId = @DeploymentId AND m.Address = @Address AND m.Port = @Port AND m.Generation = @Generation
            AND m.Status = {Active} AND v.DeploymentId = m.DeploymentId
            AND (m.SuspectedAt IS NULL OR m.SuspectedAt < now() - @VoteLifetime)
        RETURNING v.Version;
        """;

    public static readonly string DropLease =
        $"UPDATE OrleansMembershipTable SET LeaseUntil = NULL WHERE {IsThisSilo};";

    public static readonly IReadOnlyDictionary<string, string> ByKey = new Dictionary<string, string>
    {
        ["InsertMembershipVersionKey"] = """
            WITH added AS (
                INSERT INTO OrleansMembershipVersionTable (DeploymentId) VALUES (@DeploymentId)
                ON CONFLICT (DeploymentId) DO NOTHING
                RETURNING 1)
            SELECT count(*)::integer FROM added;
            """,
        ["MembershipReadAllKey"] = $"""
            SELECT {Columns}
            FROM OrleansMembershipVersionTable v LEFT JOIN OrleansMembershipTable m USING (DeploymentId)
            WHERE v.DeploymentId = @DeploymentId;
            """,
        ["MembershipReadRowKey"] = $"""
            SELECT {Columns}
            FROM OrleansMembershipVersionTable v LEFT JOIN OrleansMembershipTable m
                ON m.DeploymentId = v.DeploymentId AND m.Address = @Address AND m.Port = @Port
                    AND m.Generation = @Generation
            WHERE v.DeploymentId = @DeploymentId;
            """,
        ["InsertMembershipKey"] = $"""
            WITH bumped AS (
                UPDATE OrleansMembershipVersionTable SET Version = Version + 1, Timestamp = now()
                WHERE DeploymentId = @DeploymentId AND Version = @Version
                    AND NOT EXISTS (SELECT 1 FROM OrleansMembershipTable WHERE {IsThisSilo})
                RETURNING DeploymentId),
            added AS (
                INSERT INTO OrleansMembershipTable (
                    DeploymentId, Address, Port, Generation, SiloName, HostName, Status, ProxyPort, StartTime,
                    IAmAliveTime)
                SELECT DeploymentId, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort,
                    @StartTime, @IAmAliveTime
                FROM bumped
                RETURNING 1)
            SELECT count(*)::integer FROM added;
            """,

        // A silo whose read lease has not run out cannot be declared dead: the attempt is noted, so that it gets no
        // further lease, and comes again. Its row is locked first, or a renewal might pass the check.
        ["UpdateMembershipKey"] = $"""
            WITH target AS (
                SELECT SuspectTimes, @Status = {Dead} AND coalesce(LeaseUntil > now(), false) AS IsLeased
                FROM OrleansMembershipTable WHERE {IsThisSilo}
                FOR UPDATE),
            refused AS (
                UPDATE OrleansMembershipTable SET SuspectedAt = now()
                WHERE {IsThisSilo} AND EXISTS (SELECT 1 FROM target WHERE IsLeased)),
            bumped AS (
                UPDATE OrleansMembershipVersionTable SET Version = Version + 1, Timestamp = now()
                WHERE DeploymentId = @DeploymentId AND Version = @Version
                    AND EXISTS (SELECT 1 FROM target WHERE NOT IsLeased)
                RETURNING 1),
            updated AS (
                UPDATE OrleansMembershipTable
                SET Status = @Status, SuspectTimes = @SuspectTimes, IAmAliveTime = @IAmAliveTime,
                    SuspectedAt = CASE
                        WHEN (SELECT SuspectTimes FROM target) IS DISTINCT FROM @SuspectTimes THEN now()
                        ELSE SuspectedAt END
                WHERE {IsThisSilo} AND EXISTS (SELECT 1 FROM bumped)
                RETURNING 1)
            SELECT count(*)::integer FROM updated;
            """,
        ["UpdateIAmAlivetimeKey"] =
            $"UPDATE OrleansMembershipTable SET IAmAliveTime = @IAmAliveTime WHERE {IsThisSilo};",
        ["GatewaysQueryKey"] = """
            SELECT Address, ProxyPort, Generation FROM OrleansMembershipTable
            WHERE DeploymentId = @DeploymentId AND Status = @Status AND ProxyPort > 0;
            """,
        ["DeleteMembershipTableEntriesKey"] = """
            DELETE FROM OrleansMembershipTable WHERE DeploymentId = @DeploymentId;
            DELETE FROM OrleansMembershipVersionTable WHERE DeploymentId = @DeploymentId;
            """,
        ["CleanupDefunctSiloEntriesKey"] = $"""
            DELETE FROM OrleansMembershipTable
            WHERE DeploymentId = @DeploymentId AND Status <> {Active} AND IAmAliveTime < @IAmAliveTime;
            """,
    };
}
