using System.Diagnostics;
using System.Globalization;
using Sluice.Storage;

namespace Sluice.Cli.Doctoring;

/// <summary>Whether a server can keep its state in a folder.</summary>
internal static class DataChecks
{
    private const long LeastFreeBytes = 100L << 20;
    private const long FewFreeBytes = 1L << 30;
    private const double SlowFlushSeconds = 0.05;
    private const int Flushes = 5;

    // SQLite's shared memory and locks need one kernel that sees all of the file.
    private static readonly string[] Shared =
        ["nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "ceph", "lustre", "fuse.sshfs"];

    private static readonly string[] Forgetful = ["tmpfs", "ramfs"];

    public static IEnumerable<Finding> Run(string directory)
    {
        if (!Directory.Exists(directory))
        {
            yield return File.Exists(directory)
                ? Finding.Problem("data folder", $"{directory} is a file", "give a folder with --data")
                : Finding.Ok("data folder", $"{directory} does not exist yet; a server makes it");
            yield break;
        }

        DataFolderState? state = null;
        Finding? failed = null;
        try
        {
            state = DataFolderState.Inspect(directory);
        }
        catch (StoreException failure)
        {
            failed = Finding.Problem("data folder", failure.Message, RemedyOf(failure.Reason));
        }

        yield return failed ?? Database(directory, state!);
        var drive = new DriveInfo(Path.GetFullPath(directory));
        yield return FileSystem(drive.DriveFormat);
        yield return Space(drive.AvailableFreeSpace);
        if (failed is null)
        {
            yield return Writes(directory);
        }
    }

    public static Finding Database(string directory, DataFolderState state) => state switch
    {
        { Fault: { } fault } => Finding.Problem(
            "data folder", $"the database in {directory} is damaged: {fault}",
            "stop using it; bring the last backup back (docs/operations.md)"),
        { IsInUse: true } => Finding.Ok("data folder", $"{directory} is served from, so its database was not read"),
        { DatabaseBytes: 0 } => Finding.Ok("data folder", $"{directory} has no database yet; a server makes it"),
        _ => Finding.Ok(
            "data folder",
            $"the database in {directory} is whole: {Size.Of(state.DatabaseBytes)}, schema {state.SchemaVersion}"),
    };

    public static Finding FileSystem(string format) =>
        Shared.Contains(format) ? Finding.Problem(
            "file system", $"the data folder is on {format}",
            "put it on a local disk: SQLite may be damaged on a shared one")
        : Forgetful.Contains(format) ? Finding.Warning(
            "file system", $"the data folder is on {format}",
            "put it on a disk: all is gone when the machine restarts")
        : Finding.Ok("file system", format);

    public static Finding Space(long bytes) => bytes switch
    {
        < LeastFreeBytes => Finding.Problem(
            "disk", $"{Size.Of(bytes)} free", "make room: writes are refused on a full disk"),
        < FewFreeBytes => Finding.Warning("disk", $"{Size.Of(bytes)} free", "make room before it is full"),
        _ => Finding.Ok("disk", $"{Size.Of(bytes)} free"),
    };

    public static Finding Flush(double seconds)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"a durable write takes {seconds * 1000:0.##} ms");
        return seconds > SlowFlushSeconds
            ? Finding.Warning("disk speed", text, "every answer to a write waits for one: use a faster disk")
            : Finding.Ok("disk speed", text);
    }

    private static Finding Writes(string directory)
    {
        try
        {
            return Flush(MeasureFlush(directory));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Finding.Problem(
                "data folder", $"{directory} cannot be written: {exception.Message}", RemedyOf(StoreFailure.ReadOnly));
        }
    }

    /// <summary>Median of a few small writes that are forced to the disk.</summary>
    private static double MeasureFlush(string directory)
    {
        var path = Path.Combine(directory, $"doctor-{Guid.NewGuid():N}.tmp");
        var seconds = new List<double>();
        using (var file = new FileStream(
            path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose))
        {
            for (var flush = 0; flush < Flushes; flush++)
            {
                var started = Stopwatch.GetTimestamp();
                file.Write(new byte[4096]);
                file.Flush(flushToDisk: true);
                seconds.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
            }
        }

        return seconds.Order().ElementAt(Flushes / 2);
    }

    private static string RemedyOf(StoreFailure reason) => reason switch
    {
        StoreFailure.NewerSchema => "use the newer version of Sluice",
        StoreFailure.Corrupt => "give the right folder with --data, or bring the last backup back (docs/operations.md)",
        StoreFailure.ReadOnly => "let the user that runs the server write there",
        StoreFailure.DiskFull => "make room",
        _ => "mend the disk, or choose another folder with --data",
    };
}
