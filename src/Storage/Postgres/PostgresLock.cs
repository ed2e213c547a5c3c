namespace Sluice.Storage.Postgres;

/// <summary>
/// Advisory locks of the database, of two numbers each. A store's writer holds the one of the owner as long as its
/// connection lives: a process that has the database alone exclusively, those that share it together.
/// </summary>
internal static class PostgresLock
{
    /// <summary>"slui" in ASCII, so that other programs' locks are not met.</summary>
    public const int Space = 0x736C7569;

    public const int Owner = 1;

    public const int Migration = 2;
}
