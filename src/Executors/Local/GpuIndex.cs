using System.Collections.Immutable;
using System.Text.Json;

namespace Sluice.Executors.Local;

/// <summary>
/// Which index of a GPU means which device, for good: <c>nvidia-smi</c> counts anew when a GPU is lost, and jobs hold
/// GPUs by their index, also over a restart of the server. An index is never given to another device; a device that
/// comes back gets its own again.
/// </summary>
internal sealed class GpuIndex(string path)
{
    private readonly Lock _sync = new();

    /// <summary>
    /// All GPUs that were ever here, and which of them are lost. New ones get the next indices, durably.
    /// </summary>
    /// <param name="present">UUIDs of those that are here now, in the order in which new ones are counted.</param>
    /// <exception cref="InvalidDataException">The file is damaged; the message says what to do.</exception>
    public GpuList Assign(ImmutableArray<string> present)
    {
        lock (_sync)
        {
            var known = Read();
            var all = known.AddRange(present.Except(known));
            if (all.Length > known.Length)
            {
                RecordFile.Write(path, all, RunFilesJson.Default.ImmutableArrayString);
            }

            return new(
                all,
                [.. Enumerable.Range(0, all.Length).Where(gpu => !present.Contains(all[gpu]))],
                IsSimulated: false);
        }
    }

    private ImmutableArray<string> Read()
    {
        if (!File.Exists(path))
        {
            return [];
        }

        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), RunFilesJson.Default.ImmutableArrayString);
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException(
                $"{path} is damaged: {exception.Message}. Delete it while no job runs; the GPUs are then counted anew",
                exception);
        }
    }
}
