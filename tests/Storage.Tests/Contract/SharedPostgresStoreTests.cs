using Sluice.Testing.Postgres;

namespace Sluice.Storage.Tests.Contract;

/// <summary>As a process of a cluster, whose data are others' too.</summary>
[Trait(PostgresCluster.Trait, PostgresCluster.TraitValue)]
public sealed class SharedPostgresStoreTests : PostgresStoreTests
{
    public SharedPostgresStoreTests()
        : base(maxRecentRows: 8, isShared: true)
    {
    }
}
