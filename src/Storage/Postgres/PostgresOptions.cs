using System.ComponentModel.DataAnnotations;

namespace Sluice.Storage.Postgres;

/// <summary>Which PostgreSQL database the store is in, and who else uses it.</summary>
public sealed class PostgresOptions
{
    /// <summary>
    /// <c>postgres://user@host:port/database</c>; several hosts separated by commas, of which the primary is taken, and
    /// <c>?sslmode=</c> <c>disable</c>, <c>prefer</c> (default), <c>require</c>, <c>verify-ca</c> or <c>verify-full</c>,
    /// with <c>&amp;sslrootcert=FILE</c>. The password comes from <see cref="PasswordFile"/>, or from PGPASSWORD or the
    /// file of PGPASSFILE.
    /// </summary>
    [Required]
    public string Url { get; set; } = "";

    /// <summary>File whose first line is the password; null: none is needed, or the environment has it.</summary>
    public string? PasswordFile { get; set; }

    /// <summary>
    /// True: the processes of a cluster share the database, each with a store of its own. False, the default: one
    /// process has it alone, and another is refused.
    /// </summary>
    public bool IsShared { get; set; }

    /// <summary>
    /// True: a server that may lose what it has acknowledged (<c>fsync = off</c>) is used, with a warning. Default false:
    /// it is refused.
    /// </summary>
    public bool AllowsUnsafeServer { get; set; }

    /// <summary>How long a connection may take to open. 1 s to 1 min; default 3 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// How long a transaction waits for a row or a lock that another process has, and how long the server keeps one
    /// whose process is silent. 100 ms to 1 min; default 1 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan LockTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a statement of a commit may take. 1 s to 10 min; default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan WriteTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a read may take. 1 s to 10 min; default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan ReadTimeout { get; set; } = TimeSpan.FromSeconds(30);
}
