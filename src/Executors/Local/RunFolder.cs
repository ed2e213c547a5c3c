using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Win32.SafeHandles;

namespace Sluice.Executors.Local;

/// <summary>
/// The folder of one uid. It is the truth about what was started and how it ended, shared by the server and the
/// runners; whoever holds its lock may change what is known of an attempt.
/// </summary>
/// <remarks>
/// <c>lock</c>, <c>attempt-N/</c> with <c>spec.json</c>, <c>runner.json</c>, <c>stop</c>, <c>exit.json</c> and
/// <c>runner.log</c>, <c>logs/rank-N.log</c>, <c>work/</c>.
/// </remarks>
internal sealed class RunFolder(string path)
{
    private const string AttemptPrefix = "attempt-";
    private const string LockName = "lock";
    private const string SpecName = "spec.json";
    private const string RunnerName = "runner.json";
    private const string EndName = "exit.json";

    private static readonly string[] Records = [SpecName, RunnerName, EndName];

    public string Path { get; } = System.IO.Path.GetFullPath(path);

    public string Uid => System.IO.Path.GetFileName(Path);

    public string WorkDirectory => System.IO.Path.Combine(Path, "work");

    /// <summary>
    /// Variables that mark every process of the uid. The folder is among them so that a copy of the data folder, served
    /// on the same machine, never takes the original's processes for its own.
    /// </summary>
    public IReadOnlyList<(string Name, string Value)> Markers =>
        [("SLUICE_RUN_UID", Uid), ("SLUICE_RUN_DIR", Path)];

    /// <summary>
    /// 1–128 letters, digits, <c>-</c>, <c>_</c> and <c>.</c>, not beginning with <c>.</c>: safe as a name of a folder.
    /// </summary>
    public static bool IsUid(string uid) =>
        uid is { Length: > 0 and <= 128 }
        && uid[0] != '.'
        && uid.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    /// <summary>The folder that an attempt's folder is in.</summary>
    public static (RunFolder Run, int Attempt)? OfAttempt(string attemptPath)
    {
        var full = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(attemptPath));
        return AttemptOf(full) is { } attempt && System.IO.Path.GetDirectoryName(full) is { } parent
            ? (new RunFolder(parent), attempt)
            : null;
    }

    public static void CreatePrivate(string path) =>
        Directory.CreateDirectory(
            path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

    public string AttemptPath(int attempt) =>
        System.IO.Path.Combine(Path, AttemptPrefix + attempt.ToString(CultureInfo.InvariantCulture));

    public string LogPath(int rank) =>
        System.IO.Path.Combine(Path, "logs", $"rank-{rank.ToString(CultureInfo.InvariantCulture)}.log");

    /// <summary>Numbers of the attempts of which anything is recorded, ascending.</summary>
    public int[] Attempts() => !Directory.Exists(Path)
        ? []
        : [.. Directory.EnumerateDirectories(Path, AttemptPrefix + "*")
            .Where(folder => Records.Any(record => File.Exists(System.IO.Path.Combine(folder, record))))
            .Select(AttemptOf).OfType<int>().Order()];

    /// <exception cref="InvalidDataException">It is there and cannot be read; the message names the file.</exception>
    public RunSpec? ReadSpec(int attempt) => Read(
        attempt, SpecName, RunFilesJson.Default.RunSpec, spec => spec.IsSoundFor(Uid, attempt));

    /// <exception cref="InvalidDataException">It is there and cannot be read; the message names the file.</exception>
    public RunnerRecord? ReadRunner(int attempt) => Read(
        attempt, RunnerName, RunFilesJson.Default.RunnerRecord, record => record.IsSound);

    /// <exception cref="InvalidDataException">It is there and cannot be read; the message names the file.</exception>
    public RunEnd? ReadEnd(int attempt) => Read(attempt, EndName, RunFilesJson.Default.RunEnd, end => end.IsSound);

    /// <summary>The last attempt as it was planned; null: there is none.</summary>
    /// <exception cref="InvalidDataException">
    /// There is one and it cannot be read; the message names the file.
    /// </exception>
    public RunSpec? ReadLastSpec() => Attempts() is [.., var last]
        ? ReadSpec(last)
            ?? throw new InvalidDataException($"{System.IO.Path.Combine(AttemptPath(last), SpecName)} is missing")
        : null;

    /// <summary>True: a runner was started for the attempt, whether or not its record can be read.</summary>
    public bool HasRunner(int attempt) => File.Exists(System.IO.Path.Combine(AttemptPath(attempt), RunnerName));

    public void WriteSpec(RunSpec spec)
    {
        CreatePrivate(Path);
        CreatePrivate(AttemptPath(spec.Attempt));
        CreatePrivate(WorkDirectory);
        Write(spec.Attempt, SpecName, spec, RunFilesJson.Default.RunSpec);
        Libc.FlushFolder(Path);
    }

    public void WriteRunner(int attempt, RunnerRecord record) =>
        Write(attempt, RunnerName, record, RunFilesJson.Default.RunnerRecord);

    public void WriteEnd(int attempt, RunEnd end) => Write(attempt, EndName, end, RunFilesJson.Default.RunEnd);

    /// <summary>
    /// Called under the lock where records are damaged and nothing of the uid is ever wanted again: what cannot be read
    /// is put in order, so that the run has ended and can be forgotten.
    /// </summary>
    public void ReplaceDamaged(RunEnd end)
    {
        if (Attempts() is not [.., var last])
        {
            return;
        }

        if (ReadIfSound(() => ReadEnd(last)) is null)
        {
            WriteEnd(last, end);
        }

        if (ReadIfSound(() => ReadSpec(last)) is null)
        {
            // Whichever generation it was, none can follow.
            WriteSpec(new RunSpec
            {
                Uid = Uid,
                Generation = long.MaxValue,
                Attempt = last,
                Placement = "unknown",
                GraceSeconds = 0,
                LogLimitBytes = 0,
                Ranks = [],
            });
        }
    }

    /// <summary>
    /// Says that the server wants the attempt to end, before anybody is asked to: a request to end that comes without
    /// it (the machine shuts down) is none of Sluice's.
    /// </summary>
    public void MarkStop(int attempt)
    {
        File.WriteAllText(StopMark(attempt), "");
        Libc.FlushFolder(AttemptPath(attempt));
    }

    public bool IsStopMarked(int attempt) => File.Exists(StopMark(attempt));

    /// <summary>Drops the folders of attempts before <paramref name="attempt"/>; output and work stay.</summary>
    public void DropAttemptsBefore(int attempt)
    {
        foreach (var older in Attempts().Where(other => other < attempt))
        {
            Directory.Delete(AttemptPath(older), recursive: true);
        }
    }

    /// <summary>
    /// Deletes the folder where nothing was ever recorded in it: a start came to nothing before the attempt was
    /// written.
    /// </summary>
    public void DeleteIfBlank()
    {
        // Without an attempt nobody can start a runner here, so the lock is nobody's.
        if (Attempts().Length == 0 && Directory.Exists(Path)
            && Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories).All(IsNoRecord))
        {
            Directory.Delete(Path, recursive: true);
        }

        // What a write left that was cut off begins with a dot.
        static bool IsNoRecord(string file) => System.IO.Path.GetFileName(file) is LockName or ['.', ..];
    }

    /// <summary>An open lock file, which is not locked by that.</summary>
    public SafeFileHandle OpenLock()
    {
        CreatePrivate(Path);

        // ReadWrite sharing keeps .NET from locking by itself. Like all its files it is closed on exec, so that no
        // child of a runner ever holds the lock.
        return File.OpenHandle(
            System.IO.Path.Combine(Path, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
    }

    /// <summary>The lock, held until it is disposed or this process ends; null: another holds it.</summary>
    public SafeFileHandle? TryTakeLock()
    {
        var handle = OpenLock();
        if (Libc.TryLock(handle))
        {
            return handle;
        }

        handle.Dispose();
        return null;
    }

    private string StopMark(int attempt) => System.IO.Path.Combine(AttemptPath(attempt), "stop");

    private static int? AttemptOf(string attemptPath)
    {
        var name = System.IO.Path.GetFileName(attemptPath);
        return name.StartsWith(AttemptPrefix, StringComparison.Ordinal)
            && int.TryParse(
                name.AsSpan(AttemptPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var attempt)
            ? attempt
            : null;
    }

    private static T? ReadIfSound<T>(Func<T?> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private T? Read<T>(int attempt, string name, JsonTypeInfo<T> type, Func<T, bool> isSound)
        where T : class
    {
        var file = System.IO.Path.Combine(AttemptPath(attempt), name);
        if (!File.Exists(file))
        {
            // Asked often of what runs; an exception each time would be dear.
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(file), type) is { } record && isSound(record)
                ? record
                : throw new InvalidDataException($"{file} is damaged: what it says cannot be");
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (JsonException exception)
        {
            // Guessing what ran could start it twice.
            throw new InvalidDataException($"{file} is damaged: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"{file} cannot be read: {exception.Message}", exception);
        }
    }

    private void Write<T>(int attempt, string name, T value, JsonTypeInfo<T> type) =>
        RecordFile.Write(System.IO.Path.Combine(AttemptPath(attempt), name), value, type);
}
