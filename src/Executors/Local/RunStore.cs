using System.Collections.Concurrent;

namespace Sluice.Executors.Local;

/// <summary>The folders of all uids: those in use by uid, and under <c>.ended</c> those that were forgotten.</summary>
internal sealed class RunStore : IDisposable
{
    private const int MaxPurged = 100;

    private static readonly TimeSpan PurgeInterval = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, LocalRun> _runs = new(StringComparer.Ordinal);
    private readonly TimeProvider _time;
    private readonly TimeSpan _retentionPeriod;
    private readonly string _root;
    private readonly string _ended;
    private readonly Lock _moves = new();
    private DateTimeOffset _purgeAt;

    public RunStore(string root, TimeSpan retentionPeriod, TimeProvider time)
    {
        (_root, _retentionPeriod, _time) = (Path.GetFullPath(root), retentionPeriod, time);
        _ended = Path.Combine(_root, ".ended");
        RunFolder.CreatePrivate(_root);
        RunFolder.CreatePrivate(_ended);
        foreach (var path in Directory.GetDirectories(_root))
        {
            if (RunFolder.IsUid(Path.GetFileName(path)))
            {
                var run = new LocalRun(new RunFolder(path));
                run.Reload();
                _runs[run.Folder.Uid] = run;
                if (run.IsBlank)
                {
                    DropBlank(run);
                }
            }
        }

        Purge();
    }

    /// <summary>
    /// Those in use. What was found at the start is kept up to date from then on, so the folder is read once.
    /// </summary>
    public IEnumerable<LocalRun> All => _runs.Values;

    public LocalRun? Find(string uid) => _runs.GetValueOrDefault(uid);

    /// <summary>The run of the uid; one that was forgotten comes back with all that is known of its attempts.</summary>
    public LocalRun Open(string uid)
    {
        lock (_moves)
        {
            if (_runs.TryGetValue(uid, out var known))
            {
                return known;
            }

            var path = Path.Combine(_root, uid);
            if (!Directory.Exists(path) && Directory.Exists(Path.Combine(_ended, uid)))
            {
                Directory.Move(Path.Combine(_ended, uid), path);
            }

            var run = new LocalRun(new RunFolder(path));
            run.Reload();
            return _runs[uid] = run;
        }
    }

    /// <summary>Lets go of a run of which nothing was ever recorded, and of its folder.</summary>
    public void DropBlank(LocalRun run)
    {
        lock (_moves)
        {
            try
            {
                run.Folder.DeleteIfBlank();
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // It holds nothing that counts; the next server tries again.
            }

            _runs.TryRemove(run.Folder.Uid, out _);
        }
    }

    /// <summary>Puts the folder away, where it is kept until it is old.</summary>
    public void Forget(LocalRun run)
    {
        lock (_moves)
        {
            var target = Path.Combine(_ended, run.Folder.Uid);
            if (Directory.Exists(run.Folder.Path))
            {
                Directory.SetLastWriteTimeUtc(run.Folder.Path, _time.GetUtcNow().UtcDateTime);
                Directory.Move(run.Folder.Path, target);
            }

            _runs.TryRemove(run.Folder.Uid, out _);
        }

        Purge();
    }

    /// <summary>Where the output of a rank is; null: there is none.</summary>
    public string? FindLog(string uid, int rank) =>
        new[] { _root, _ended }
            .Select(root => new RunFolder(Path.Combine(root, uid)).LogPath(rank))
            .FirstOrDefault(File.Exists);

    public void Dispose()
    {
        foreach (var run in _runs.Values)
        {
            run.Dispose();
        }
    }

    /// <summary>Deletes what is old; now and then, and a bounded number a time.</summary>
    private void Purge()
    {
        var now = _time.GetUtcNow();
        lock (_moves)
        {
            if (now < _purgeAt)
            {
                return;
            }

            var old = Directory.EnumerateDirectories(_ended)
                .Where(path => Directory.GetLastWriteTimeUtc(path) < (now - _retentionPeriod).UtcDateTime)
                .Take(MaxPurged)
                .ToList();
            old.ForEach(TryDelete);

            // Where there may be more, the next end goes on with it.
            _purgeAt = old.Count < MaxPurged ? now + PurgeInterval : now;
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Something in it is in use or another's; it is tried again the next time.
        }
    }
}
