using System.Globalization;

namespace Sluice.Storage;

/// <summary>
/// Keeps a second process off the data folder. The system releases the lock when the process ends, however it ends.
/// </summary>
internal sealed class DataFolderLock : IDisposable
{
    private const string LockFileName = "sluice.lock";

    // Beside the lock, because nobody else may open the locked file.
    private const string HolderFileName = "sluice.pid";

    private readonly FileStream _file;
    private readonly string _holderPath;

    private DataFolderLock(FileStream file, string holderPath)
    {
        _file = file;
        _holderPath = holderPath;
    }

    /// <summary>Makes the folder if it is not there.</summary>
    /// <exception cref="StoreException">Another process has it, or it cannot be written.</exception>
    public static DataFolderLock Acquire(string directory)
    {
        try
        {
            Directory.CreateDirectory(directory);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Explain(directory, "", exception);
        }

        var holderPath = Path.Combine(directory, HolderFileName);
        try
        {
            var file = new FileStream(
                Path.Combine(directory, LockFileName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            try
            {
                File.WriteAllText(holderPath, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
                return new(file, holderPath);
            }
            catch
            {
                file.Dispose();
                throw;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Explain(directory, holderPath, exception);
        }
    }

    /// <summary>Keeps servers off for a look at a folder that exists, and makes nothing in it.</summary>
    /// <returns>Null: no server has ever had it.</returns>
    /// <exception cref="StoreException">A server has it, or its lock cannot be read.</exception>
    public static IDisposable? TryAcquireForReading(string directory)
    {
        try
        {
            return new FileStream(
                Path.Combine(directory, LockFileName), FileMode.Open, FileAccess.Read, FileShare.None);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Explain(directory, Path.Combine(directory, HolderFileName), exception);
        }
    }

    public void Dispose()
    {
        try
        {
            File.Delete(_holderPath);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Only a hint for people; the lock is what counts.
        }

        _file.Dispose();
    }

    private static StoreException Explain(string directory, string holderPath, Exception exception)
    {
        // The system's error number: of Linux, macOS, Windows.
        switch (exception.HResult & 0xffff)
        {
            case 11 or 35 or 32:
                var holder = ReadHolder(holderPath) is { } pid ? $" (process {pid})" : "";
                return new(
                    StoreFailure.Locked,
                    $"another Sluice{holder} has the data folder {directory}; stop it, or choose another folder",
                    exception);
            case 28 or 112:
                return new(StoreFailure.DiskFull, $"no space is left in the data folder {directory}", exception);
            case 30 or 19:
            case var _ when exception is UnauthorizedAccessException:
                return new(
                    StoreFailure.ReadOnly,
                    $"the data folder {directory} cannot be written: {exception.Message}",
                    exception);
            default:
                return new(
                    StoreFailure.InputOutput,
                    $"the data folder {directory} cannot be used: {exception.Message}",
                    exception);
        }
    }

    private static string? ReadHolder(string holderPath)
    {
        try
        {
            return File.ReadAllText(holderPath);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
