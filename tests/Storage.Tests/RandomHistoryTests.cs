using System.Text;
using Sluice.Grains.Ports;
using Sluice.Simulation.Store;
using Sluice.Testing;

namespace Sluice.Storage.Tests;

/// <summary>Any history of writes leaves the store and the model with the same rows, numbers and answers.</summary>
public abstract class RandomHistoryTests : IDisposable
{
    private const int Steps = 120;
    private const int MaxEvents = 50;

    private readonly FakeTimeProvider _time = new();
    private SluiceStore _store = null!;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 10)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task The_store_and_the_model_agree(int seed)
    {
        var random = new Random(seed);
        var model = new ModelStore(TestJson.NewOptions(), _time) { MaxEvents = MaxEvents };
        var (onModel, onStore) = (NewHistory(), NewHistory());
        Open(random);
        for (var step = 0; step < Steps; step++)
        {
            if (random.Next(50) == 0)
            {
                _store.Dispose();
                Open(random);
            }

            // Several at once, as grains do: the store commits them together.
            var commands = RandomHistory.AnyCommands(random);
            var expected = await Task.WhenAll([.. commands.Select(c => onModel.PlayAsync(c, model, model))]);
            var actual = await Task.WhenAll([.. commands.Select(c => onStore.PlayAsync(c, _store, _store))]);
            Assert.Equal(expected, actual);

            var (after, max) = (random.Next(2 * (step + 1)), random.Next(1, 30));
            Assert.Equal(
                await DescribeAsync(model, model, model, after, max),
                await DescribeAsync(_store, _store, _store, after, max));
            Assert.Equal(await EventsAsync(model, after, max), await EventsAsync(_store, after, max));
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task A_follower_that_reads_changes_has_what_is_stored(int seed)
    {
        var random = new Random(seed);
        var history = NewHistory();
        Open(random, markerLifetimeChanges: random.Next(1, 40));
        var (followed, after) = (new SortedDictionary<string, JobRow>(StringComparer.Ordinal), 0L);
        for (var step = 0; step < Steps; step++)
        {
            var commands = RandomHistory.AnyCommands(random);
            await Task.WhenAll([.. commands.Select(c => history.PlayAsync(c, _store, _store))]);
            if (random.Next(10) != 0)
            {
                continue;
            }

            if (await _store.ReadChangesAsync("default", after, 1_000) is not { } changes)
            {
                followed.Clear();
                (after, changes) = (0, await _store.ReadActiveAsync("default", 0, 1_000));
            }

            foreach (var row in changes)
            {
                followed[row.Key] = row;
                after = row.Change;
            }

            var stored = await _store.ReadActiveAsync("default", 0, 1_000);
            Assert.All(stored, row => Assert.Equal(row.Change, followed[row.Key].Change));
        }
    }

    public void Dispose()
    {
        // Null where it could not be opened.
        _store?.Dispose();
        Dispose(isDisposing: true);
        GC.SuppressFinalize(this);
    }

    private static async Task<string> DescribeAsync(
        IJobRows jobs, IRowCollections rows, IDueRows due, long after, int max)
    {
        var text = new StringBuilder();
        foreach (var domain in RandomHistory.Domains)
        {
            text.AppendLine($"{domain}: {await jobs.ReadNewestChangeAsync(domain)}");
            Describe("changes", (await jobs.ReadChangesAsync(domain, after, max))!.Value);
            Describe("active", await jobs.ReadActiveAsync(domain, after, max));
            Describe("runnable", await jobs.ReadRunnableAsync(domain, after, max));
            Describe("in order", await jobs.ReadInOrderAsync(domain, after / 4, max));
        }

        foreach (var owner in RandomHistory.Owners)
        {
            var loaded = await rows.LoadAsync(owner);
            text.AppendLine($"{owner}: {loaded.ETag is not null}");
            text.AppendJoin('\n', loaded.Rows.Select(row => $"  {row.Collection}/{row.Key} {row.Body.Length}"));
        }

        var now = new FakeTimeProvider().GetUtcNow().AddMinutes(500);
        return text.AppendJoin(' ', await due.ReadDueAsync(now, max)).ToString();

        void Describe(string what, IEnumerable<JobRow> found)
        {
            text.AppendLine(what).AppendJoin('\n', found.Select(row =>
                $"  {row.Key} {row.Added} {row.Change} {row.IsDeleted} {Encoding.UTF8.GetString(row.Body.Span)}"));
            text.AppendLine();
        }
    }

    private static async Task<string> EventsAsync(IEventRows events, long after, int max)
    {
        var text = new StringBuilder();
        foreach (var domain in RandomHistory.Domains)
        {
            Describe(await events.ReadEventsAsync(domain, after, max));
            Describe(await events.ReadEventsAsync(domain, after, max, "job-3"));
            Describe(await events.ReadLatestEventsAsync(domain, max));
            Describe(await events.ReadLatestEventsAsync(domain, max, "job-3"));
        }

        return text.ToString();

        void Describe(EventRows read) => text.AppendLine($"up to {read.Newest}").AppendJoin('\n', read.Rows.Select(row =>
            $"  {row.Number} {row.Event.At:O} {row.Event.Kind} {row.Event.JobName} {row.Event.Uid} {row.Event.Body.Length}"))
            .AppendLine();
    }

    private RandomHistory NewHistory() => new(_time.GetUtcNow());

    private protected abstract SluiceStore Open(StoreOptions options, TimeProvider time);

    protected abstract void Dispose(bool isDisposing);

    private void Open(Random random, int markerLifetimeChanges = 100_000) => _store = Open(
        new StoreOptions
        {
            Json = TestJson.NewOptions(),
            MarkerLifetimeChanges = markerLifetimeChanges,
            MaxEvents = MaxEvents,
            MaxBatchWrites = random.Next(1, 5),
            MaxRecentRows = random.Next(3) * 20,
        },
        _time);
}
