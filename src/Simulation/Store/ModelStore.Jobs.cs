using System.Collections.Immutable;
using Sluice.Grains.Interfaces;
using Sluice.Grains.Ports;

namespace Sluice.Simulation.Store;

/// <summary>Job rows, their numbers and their followers.</summary>
public sealed partial class ModelStore
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(1);

    public ValueTask<long> ReadNewestChangeAsync(string domain, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(DomainOf(domain).NewestChange);

    public Task<ImmutableArray<JobRow>?> ReadChangesAsync(
        string domain, long after, int max, CancellationToken cancellationToken = default) =>
        Task.FromResult<ImmutableArray<JobRow>?>(
            after < DomainOf(domain).PurgedChange
                ? null
                : [.. JobsOf(domain).Select(job => job.Row).Where(row => row.Change > after)
                    .OrderBy(row => row.Change).Take(max)]);

    public Task<ImmutableArray<JobRow>> ReadActiveAsync(
        string domain, long after, int max, CancellationToken cancellationToken = default) =>
        Task.FromResult<ImmutableArray<JobRow>>(
            [.. JobsOf(domain).Where(job => job.Index.IsActive).Select(job => job.Row)
                .Where(row => row.Change > after).OrderBy(row => row.Change).Take(max)]);

    public Task<ImmutableArray<JobRow>> ReadRunnableAsync(
        string domain, long after, int max, CancellationToken cancellationToken = default) =>
        Task.FromResult<ImmutableArray<JobRow>>(
            [.. JobsOf(domain).Where(job => job.Index.IsRunnable).Select(job => job.Row)
                .Where(row => row.Change > after).OrderBy(row => row.Change).Take(max)]);

    public Task<ImmutableArray<JobRow>> ReadInOrderAsync(
        string domain, long after, int max, CancellationToken cancellationToken = default) =>
        Task.FromResult<ImmutableArray<JobRow>>(
            [.. JobsOf(domain).Select(job => job.Row).Where(row => !row.IsDeleted && row.Added > after)
                .OrderBy(row => row.Added).Take(max)]);

    public async Task WaitForChangeAsync(string domain, long after, CancellationToken cancellationToken = default)
    {
        var numbers = DomainOf(domain);
        if (numbers.NewestChange <= after)
        {
            numbers.Waiting ??= new();
            await numbers.Waiting.Task.WaitAsync(MaxWait, _timeProvider, cancellationToken)
                .ConfigureAwait(
                    ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private void WriteJob(string key, string? expected, string etag, byte[] body, ModelIndex index, IStoredJob state)
    {
        var stored = _tables.Jobs.GetValueOrDefault(key);
        Guard(key, stored?.ETag, expected);
        var domain = DomainOf(GrainKeys.ParseJob(key).Domain);
        var added = stored is null || (stored.Row.IsDeleted && !index.IsDeleted)
            ? ++domain.NewestAdded
            : stored.Row.Added;
        Store(domain, new(etag, index, new(key, added, ++domain.NewestChange, index.IsDeleted, body), domain));
        _tables.OnJobCommitted?.Invoke(_tables.Jobs[key].Row, state);
    }

    private void ClearJob(string key, string? expected)
    {
        var stored = _tables.Jobs.GetValueOrDefault(key);
        Guard(key, stored?.ETag, expected);
        if (stored?.ETag is not null)
        {
            var domain = DomainOf(GrainKeys.ParseJob(key).Domain);
            Store(domain, new(
                null, new(IsActive: false, IsRunnable: false, IsDeleted: true, DueAt: null),
                new(key, stored.Row.Added, ++domain.NewestChange, IsDeleted: true, Body: Array.Empty<byte>()), domain));
        }
    }

    private void Store(ModelDomain domain, ModelJob job)
    {
        _tables.Jobs[job.Row.Key] = job;
        Purge(domain);
        var waiting = domain.Waiting;
        domain.Waiting = null;
        waiting?.SetResult();
    }

    private void Purge(ModelDomain domain)
    {
        var last = domain.NewestChange - MarkerLifetimeChanges;
        var markers = JobsOf(domain.Name)
            .Where(job => job.Index is { IsDeleted: true, IsActive: false, DueAt: null } && job.Row.Change <= last)
            .Select(job => job.Row)
            .ToList();
        foreach (var marker in markers)
        {
            _tables.Jobs.Remove(marker.Key);
            domain.PurgedChange = Math.Max(domain.PurgedChange, marker.Change);
        }
    }

    private IEnumerable<ModelJob> JobsOf(string domain) =>
        _tables.Jobs.Values.Where(job => job.Domain.Name == domain);

    private ModelDomain DomainOf(string name)
    {
        if (!_tables.Domains.TryGetValue(name, out var domain))
        {
            _tables.Domains.Add(name, domain = new(name));
        }

        return domain;
    }
}
