using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Sluice.Executors.Local;

/// <summary>Writes small files that must be whole.</summary>
internal static class RecordFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Whoever reads sees the whole file or none, also after a power failure.</summary>
    public static void Write<T>(string path, T value, JsonTypeInfo<T> type)
    {
        var folder = Path.GetDirectoryName(path)!;
        var temporary = Path.Combine(folder, $".{Path.GetFileName(path)}.{Path.GetRandomFileName()}");
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

        File.Move(temporary, path, overwrite: true);
        Libc.FlushFolder(folder);
    }
}
