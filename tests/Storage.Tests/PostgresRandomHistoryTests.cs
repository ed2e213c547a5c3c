using Sluice.Storage.Tests.Postgres;
using Sluice.Testing.Postgres;

namespace Sluice.Storage.Tests;

[Trait(PostgresCluster.Trait, PostgresCluster.TraitValue)]
public sealed class PostgresRandomHistoryTests : RandomHistoryTests
{
    private readonly PostgresDatabase _database = new();

    private protected override SluiceStore Open(StoreOptions options, TimeProvider time) =>
        SluiceStore.OpenPostgres(options, _database.Options(), time);

    protected override void Dispose(bool isDisposing) => _database.Dispose();
}
