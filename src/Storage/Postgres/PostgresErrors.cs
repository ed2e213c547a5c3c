using System.Net.Sockets;
using Npgsql;

namespace Sluice.Storage.Postgres;

/// <summary>Says what an error of PostgreSQL means for an operator and for the committer.</summary>
internal static class PostgresErrors
{
    private const string IdleInTransactionTimeout = "25P03";

    /// <summary>False: a fault of the program, which is not explained away.</summary>
    public static bool IsExplained(Exception exception) =>
        exception is NpgsqlException or TimeoutException or SocketException or IOException;

    public static StoreException ToException(Exception exception, string database)
    {
        if (exception is not PostgresException error)
        {
            return new(
                StoreFailure.Unavailable, $"the database does not answer: {database} ({exception.Message})", exception);
        }

        var reason = ToReason(error.SqlState);
        return new(reason, $"{Describe(error.SqlState, reason)}: {database} ({error.MessageText}, {error.SqlState})", error);
    }

    /// <summary>From a state of SQL; the first two letters are its class.</summary>
    public static StoreFailure ToReason(string state) => state switch
    {
        // A key that was to be new, or a row that is not as its writer expects.
        PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.DivisionByZero => StoreFailure.Overtaken,
        PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.QueryCanceled or PostgresErrorCodes.DeadlockDetected
            or PostgresErrorCodes.SerializationFailure => StoreFailure.Busy,
        // What was the primary is a standby now: another connection finds the new one.
        PostgresErrorCodes.ReadOnlySqlTransaction => StoreFailure.Unavailable,
        PostgresErrorCodes.InsufficientPrivilege => StoreFailure.ReadOnly,
        PostgresErrorCodes.DiskFull => StoreFailure.DiskFull,
        PostgresErrorCodes.ProgramLimitExceeded => StoreFailure.TooLarge,
        // Operator intervention, connection exceptions, no resources, and a timeout of the server that ended it.
        _ when state.StartsWith("57", StringComparison.Ordinal) || state.StartsWith("08", StringComparison.Ordinal)
            || state.StartsWith("53", StringComparison.Ordinal) => StoreFailure.Unavailable,
        IdleInTransactionTimeout => StoreFailure.Unavailable,
        _ when state.StartsWith("28", StringComparison.Ordinal) || state.StartsWith("3D", StringComparison.Ordinal) =>
            StoreFailure.Refused,
        _ when state.StartsWith("XX", StringComparison.Ordinal) => StoreFailure.Corrupt,
        _ => StoreFailure.InputOutput,
    };

    private static string Describe(string state, StoreFailure reason) => reason switch
    {
        StoreFailure.Busy => "another process holds what this needs, or it took too long",
        StoreFailure.Overtaken => "what is stored is not what it was thought to be",
        StoreFailure.Unavailable => "the database is not to be had at the moment",
        StoreFailure.ReadOnly => "the user may not write the database",
        StoreFailure.DiskFull => "no space is left for the database",
        StoreFailure.TooLarge => "too large for the database",
        StoreFailure.Refused => state.StartsWith("3D", StringComparison.Ordinal)
            ? "there is no such database; create it first"
            : "the database refuses the user or the password",
        StoreFailure.Corrupt => "the database is damaged",
        _ => "the database could not be read or written",
    };
}
