using Sluice.Testing.Postgres;

namespace Sluice.Storage.Tests.Contract;

/// <summary>Every follower reads the database.</summary>
[Trait(PostgresCluster.Trait, PostgresCluster.TraitValue)]
public sealed class PostgresStoreWithoutRecentRowsTests : PostgresStoreTests
{
    public PostgresStoreWithoutRecentRowsTests()
        : base(maxRecentRows: 0, isShared: false)
    {
    }
}
