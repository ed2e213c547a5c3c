using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Storage.Dialects;
using Sluice.Storage.Reads;
using Sluice.Storage.Sqlite;
using Sluice.Testing;

namespace Sluice.Storage.Tests.Reads;

/// <summary>Many who ask at the same time are few reads.</summary>
public sealed class SharedReadsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SqliteDialect _dialect;
    private readonly IWriteSession _writer;
    private readonly ReadPool _pool;
    private readonly SharedReads<string> _reads;
    private readonly List<string[]> _rounds = [];
    private readonly ManualResetEventSlim _isReading = new();
    private readonly ManualResetEventSlim _gate = new();
    private Func<IReadOnlyCollection<string>, Dictionary<string, string>> _find =
        static keys => keys.Where(key => key != "missing").ToDictionary(key => key, key => $"what {key} holds");

    public SharedReadsTests()
    {
        _dialect = new(_folder.Path, maxDatabaseBytes: 0, NullLogger.Instance);
        _writer = _dialect.OpenWriter();
        _pool = new(_dialect, maxConcurrentReads: 4);
        _reads = new(_pool, (_, keys) =>
        {
            _rounds.Add([.. keys.Order(StringComparer.Ordinal)]);
            _isReading.Set();
            _gate.Wait();
            return _find(keys);
        });
    }

    [Fact]
    public async Task Who_asks_while_a_read_is_under_way_shares_the_next()
    {
        var first = await HoldAsync();
        string[] keys = ["b", "missing", "a", "b"];
        var later = keys.Select(key => _reads.ReadAsync(key, CancellationToken.None)).ToList();

        _gate.Set();

        Assert.Equal("what first holds", await first);
        IEnumerable<string?> expected = ["what b holds", null, "what a holds", "what b holds"];
        Assert.Equal(expected, await Task.WhenAll(later));
        Assert.Equal([["first"], ["a", "b", "missing"]], _rounds);
    }

    [Fact]
    public async Task Who_asks_for_what_is_being_read_is_answered_by_a_read_that_begins_later()
    {
        var first = await HoldAsync();
        var again = _reads.ReadAsync("first", CancellationToken.None);

        _gate.Set();
        await Task.WhenAll(first, again);

        Assert.Equal([["first"], ["first"]], _rounds);
    }

    [Fact]
    public async Task A_read_that_fails_fails_for_those_who_share_it_and_the_next_goes_on()
    {
        var find = _find;
        _find = keys => keys.Contains("first") ? throw new IOException("no answer") : find(keys);
        var first = await HoldAsync();
        var next = _reads.ReadAsync("a", CancellationToken.None);

        _gate.Set();

        await Assert.ThrowsAsync<IOException>(() => first);
        Assert.Equal("what a holds", await next);
    }

    public void Dispose()
    {
        _gate.Set();
        _pool.Dispose();
        _writer.Dispose();
        _dialect.Dispose();
        _gate.Dispose();
        _isReading.Dispose();
        _folder.Dispose();
    }

    /// <summary>A first read is under way until the gate opens.</summary>
    private async Task<Task<string?>> HoldAsync()
    {
        var first = _reads.ReadAsync("first", CancellationToken.None);
        await Task.Run(_isReading.Wait);
        return first;
    }
}
