using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Sluice.Grains.Interfaces;
using Sluice.Grains.Ports;
using Sluice.Testing;

namespace Sluice.Storage.Tests.Contract;

/// <summary>What every store promises. The parts of it are in the files beside this one.</summary>
public abstract partial class StoreContractTests : IDisposable
{
    protected const string Domain = "default";

    // What the writer of each job last knew.
    private readonly Dictionary<string, TestGrainState<TestJob>> _jobs = [];

    protected FakeTimeProvider Time { get; } = new();

    protected abstract IGrainStorage Records { get; }

    protected abstract IJobRows Jobs { get; }

    protected abstract IRowCollections Rows { get; }

    protected abstract IDueRows Due { get; }

    protected abstract IEventRows Events { get; }

    /// <summary>With which the store under test is opened.</summary>
    protected static int MarkerLifetimeChanges => 20;

    /// <summary>With which the store under test is opened.</summary>
    protected static int MaxEvents => 10;

    public void Dispose()
    {
        Dispose(isDisposing: true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool isDisposing);

    /// <summary>The next commit happens, and its writer gets an <see cref="IOException"/>.</summary>
    protected abstract void LoseNextAnswer();

    protected static GrainId JobId(string name, string domain = Domain) =>
        GrainId.Create("job", GrainKeys.Job(domain, name));

    protected static string NoteOf(JobRow row) =>
        JsonSerializer.Deserialize(row.Body.Span, TestJson.Default.TestJob)!.Note;

    protected static OwnedRow Row(string collection, string key, string body) =>
        new(collection, key, Encoding.UTF8.GetBytes(body));

    protected static string Text(ReadOnlyMemory<byte> body) => Encoding.UTF8.GetString(body.Span);

    protected static RowBatch Batch(string owner, string? expectedETag, params ImmutableArray<OwnedRow> upserts) =>
        new() { Owner = owner, ExpectedETag = expectedETag, Upserts = upserts };

    /// <summary>Writes a job as its only writer.</summary>
    protected Task PutJobAsync(string name, TestJob job, string domain = Domain)
    {
        var state = StateOf(name, domain);
        state.State = job;
        return Records.WriteStateAsync("job", JobId(name, domain), state);
    }

    protected Task PutJobAsync(string name, string note = "", string domain = Domain) =>
        PutJobAsync(name, new TestJob { Note = note }, domain);

    protected Task DeleteJobAsync(string name, string domain = Domain) =>
        PutJobAsync(name, new TestJob { IsActive = false, IsDeleted = true }, domain);

    protected TestGrainState<TestJob> StateOf(string name, string domain = Domain)
    {
        var key = GrainKeys.Job(domain, name);
        if (!_jobs.TryGetValue(key, out var state))
        {
            _jobs.Add(key, state = new());
        }

        return state;
    }

    protected async Task<TestGrainState<TestJob>> ReadJobAsync(string name)
    {
        var state = new TestGrainState<TestJob>();
        await Records.ReadStateAsync("job", JobId(name), state);
        return state;
    }

    protected async Task<ImmutableArray<JobRow>> ReadChangesAsync(long after = 0, int max = 1_000) =>
        await Jobs.ReadChangesAsync(Domain, after, max)
        ?? throw new InvalidOperationException("the follower must begin anew");

    protected async Task<string[]> ReadNamesInOrderAsync(long after = 0, int max = 1_000) =>
        [.. (await Jobs.ReadInOrderAsync(Domain, after, max)).Select(row => GrainKeys.ParseJob(row.Key).JobName)];

    protected static string[] Names(IEnumerable<JobRow> rows) =>
        [.. rows.Select(row => GrainKeys.ParseJob(row.Key).JobName)];
}
