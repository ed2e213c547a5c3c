namespace Sluice.Storage.Tests.Contract;

/// <summary>As a process of a cluster, whose data are others' too.</summary>
public sealed class SharedPostgresStoreTests : PostgresStoreTests
{
    public SharedPostgresStoreTests()
        : base(maxRecentRows: 8, isShared: true)
    {
    }
}
