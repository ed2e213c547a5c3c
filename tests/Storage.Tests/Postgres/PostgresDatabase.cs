using Npgsql;
using Sluice.Storage.Postgres;
using Sluice.Testing.Postgres;

namespace Sluice.Storage.Tests.Postgres;

/// <summary>A database of its own for one test, on a server that all tests share.</summary>
internal sealed class PostgresDatabase : IDisposable
{
    private readonly PostgresCluster _cluster = PostgresCluster.Shared;

    public PostgresDatabase() => Name = _cluster.TakeDatabase();

    public string Name { get; }

    public string Url => _cluster.Url(Name);

    /// <summary>Patient: a machine that runs tests is busier than one that runs a server.</summary>
    public PostgresOptions Options(bool isShared = false) => new()
    {
        Url = Url,
        IsShared = isShared,
        AllowsUnsafeServer = true,
        ConnectTimeout = TimeSpan.FromMinutes(1),
    };

    public NpgsqlConnection Connect() => _cluster.Connect(Name);

    public void Execute(string sql) => _cluster.Execute(Name, sql);

    public T Read<T>(string sql) => _cluster.Read<T>(Name, sql);

    public void Dispose() => _cluster.ReturnDatabase(Name);
}
