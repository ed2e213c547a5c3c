using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Win32.SafeHandles;

namespace Sluice.Executors.Local;

/// <summary>
/// The folder of one uid. It is the truth about what was started and how it ended, shared by the server and the runners;
/// whoever holds its lock may change what is known of an attempt.
/// </summary>
/// <remarks>
/// <c>lock</c>, <c>attempt-N/</c> with <c>spec.json</c>, <c>runner.json</c>, <c>stop</c>, <c>exit.json</c> and <c>runner.log</c>,
/// <c>logs/rank-N.log</c>, <c>work/</c>.
/// </remarks>
internal sealed class RunFolder(string path)
{
    private const string AttemptPrefix = "attempt-";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public string Path { get; } = System.IO.Path.GetFullPath(path);

    public string Uid => System.IO.Path.GetFileName(Path);

    public string WorkDirectory => System.IO.Path.Combine(Path, "work");

    /// <summary>
    /// Variables that mark every process of the uid. The folder is among them so that a copy of the data folder, served
    /// on the same machine, never takes the original's processes for its own.
    /// </summary>
    public IReadOnlyList<(string Name, string Value)> Markers =>
        [("SLUICE_RUN_UID", Uid), ("SLUICE_RUN_DIR", Path)];

    /// <summary>1–128 letters, digits, <c>-</c>, <c>_</c> and <c>.</c>, not beginning with <c>.</c>: safe as a name of a folder.</summary>
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
        Directory.CreateDirectory(path, OwnerOnly | UnixFileMode.UserExecute);

    public string AttemptPath(int attempt) =>
        System.IO.Path.Combine(Path, AttemptPrefix + attempt.ToString(CultureInfo.InvariantCulture));

    public string LogPath(int rank) =>
        System.IO.Path.Combine(Path, "logs", $"rank-{rank.ToString(CultureInfo.InvariantCulture)}.log");

    /// <summary>Numbers of the attempts that have a spec, ascending.</summary>
    public int[] Attempts() => !Directory.Exists(Path)
        ? []
        : [.. Directory.EnumerateDirectories(Path, AttemptPrefix + "*")
            .Where(folder => File.Exists(System.IO.Path.Combine(folder, "spec.json")))
            .Select(AttemptOf).OfType<int>().Order()];

    public RunSpec? ReadSpec(int attempt) => Read(attempt, "spec.json", RunFilesJson.Default.RunSpec);

    public RunnerRecord? ReadRunner(int attempt) => Read(attempt, "runner.json", RunFilesJson.Default.RunnerRecord);

    public RunEnd? ReadEnd(int attempt) => Read(attempt, "exit.json", RunFilesJson.Default.RunEnd);

    public void WriteSpec(RunSpec spec)
    {
        CreatePrivate(Path);
        CreatePrivate(AttemptPath(spec.Attempt));
        CreatePrivate(WorkDirectory);
        Write(spec.Attempt, "spec.json", spec, RunFilesJson.Default.RunSpec);
        Libc.FlushFolder(Path);
    }

    public void WriteRunner(int attempt, RunnerRecord record) =>
        Write(attempt, "runner.json", record, RunFilesJson.Default.RunnerRecord);

    public void WriteEnd(int attempt, RunEnd end) => Write(attempt, "exit.json", end, RunFilesJson.Default.RunEnd);

    /// <summary>
    /// Says that the server wants the attempt to end, before anybody is asked to: a request to end that comes without it
    /// (the machine shuts down) is none of Sluice's.
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

    /// <summary>An open lock file, which is not locked by that.</summary>
    public SafeFileHandle OpenLock()
    {
        CreatePrivate(Path);

        // ReadWrite sharing keeps .NET from locking by itself. Like all its files it is closed on exec, so that no child
        // of a runner ever holds the lock.
        return File.OpenHandle(
            System.IO.Path.Combine(Path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
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

    private T? Read<T>(int attempt, string name, JsonTypeInfo<T> type)
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
            return JsonSerializer.Deserialize(File.ReadAllBytes(file), type);
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
    }

    /// <summary>Whoever reads sees the whole file or none, also after a power failure.</summary>
    private void Write<T>(int attempt, string name, T value, JsonTypeInfo<T> type)
    {
        var folder = AttemptPath(attempt);
        var temporary = System.IO.Path.Combine(folder, $".{name}.{System.IO.Path.GetRandomFileName()}");
        using (var file = new FileStream(temporary, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = OwnerOnly,
        }))
        {
            JsonSerializer.Serialize(file, value, type);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, System.IO.Path.Combine(folder, name), overwrite: true);
        Libc.FlushFolder(folder);
    }
}
