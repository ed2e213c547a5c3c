namespace Sluice.Storage.Tests.Contract;

/// <summary>Every follower reads the database.</summary>
public sealed class SqliteStoreWithoutRecentRowsTests : SqliteStoreTests
{
    public SqliteStoreWithoutRecentRowsTests()
        : base(maxRecentRows: 0)
    {
    }
}
