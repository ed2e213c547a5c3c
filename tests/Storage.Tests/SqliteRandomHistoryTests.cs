using Sluice.Testing;

namespace Sluice.Storage.Tests;

public sealed class SqliteRandomHistoryTests : RandomHistoryTests
{
    private readonly TemporaryFolder _folder = new();

    private protected override SluiceStore Open(StoreOptions options, TimeProvider time)
    {
        options.DataDirectory = _folder.Path;
        return SluiceStore.Open(options, time);
    }

    protected override void Dispose(bool isDisposing) => _folder.Dispose();
}
