using System.Threading.Channels;

namespace Sluice.Executors.Local;

/// <summary>
/// Wakes whoever waits for a change of some run: by the file that runners touch when theirs begins or ends, and by what
/// this process knows itself.
/// </summary>
internal sealed class RunBell : IDisposable
{
    private readonly Channel<bool> _rings = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly FileSystemWatcher? _watcher;
    private readonly TimeProvider _time;

    public RunBell(string root, TimeProvider time)
    {
        _time = time;
        var path = Path.Combine(root, Runner.BellName);
        try
        {
            // Made beforehand, so that runners only ever write to it.
            File.WriteAllText(path, "");
            _watcher = new FileSystemWatcher(root, Runner.BellName)
            {
                NotifyFilter = NotifyFilters.LastWrite | NotifyFilters.Size,
            };
            _watcher.Changed += (_, _) => Ring();
            _watcher.EnableRaisingEvents = true;
        }
        catch (IOException)
        {
            // The machine allows no more watchers: changes are seen when the wait is over.
            _watcher?.Dispose();
            _watcher = null;
        }
    }

    /// <summary>False: runs that this process did not start change unheard, and must be looked at often.</summary>
    public bool HearsRunners => _watcher is not null;

    public void Ring() => _rings.Writer.TryWrite(true);

    /// <summary>
    /// Completes at the next ring, at once where there was one since the last wait, or after the timeout.
    /// </summary>
    public async Task WaitAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(timeout, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await _rings.Reader.ReadAsync(both.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Nothing rang in time.
        }
    }

    public void Dispose() => _watcher?.Dispose();
}
