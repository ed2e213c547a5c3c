using Sluice.Storage.Dialects;
using Sluice.Testing;

namespace Sluice.Storage.Tests.Commits;

public sealed class SqliteGroupCommitTests : GroupCommitTests
{
    private readonly TemporaryFolder _folder = new();

    private protected override SluiceStore Open(StoreOptions options, Func<IStoreDialect, IStoreDialect> wrap)
    {
        options.DataDirectory = _folder.Path;
        return SluiceStore.Open(options, timeProvider: null, loggers: null, wrap);
    }

    protected override void Dispose(bool isDisposing) => _folder.Dispose();
}
