using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Sluice.Cli.Output;
using Sluice.Executors.Local;

namespace Sluice.Cli.Doctoring;

/// <summary>Whether this machine is fit for a server.</summary>
internal static class MachineChecks
{
    private const long LeastMemoryBytes = 1L << 30;
    private const int LeastOpenFiles = 8_192;
    private static readonly TimeSpan GpuTimeout = TimeSpan.FromSeconds(30);

    public static async IAsyncEnumerable<Finding> RunAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return Memory(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
        yield return OpenFiles(ReadOpenFiles());
        yield return await GpusAsync(cancellationToken);
    }

    public static Finding Memory(long bytes)
    {
        var text = $"{RuntimeInformation.FrameworkDescription} on {Numbers.Count(Environment.ProcessorCount, "core")}, "
            + $"{Size.Of(bytes)} of memory";
        return bytes >= LeastMemoryBytes
            ? Finding.Ok("machine", text)
            : Finding.Warning("machine", text, "a server with many jobs wants 1 GiB or more");
    }

    /// <param name="most">Files that a process may open; null: the system does not say.</param>
    public static Finding OpenFiles(long? most) => most switch
    {
        null => Finding.Ok("open files", "no limit is known"),
        < LeastOpenFiles => Finding.Warning(
            "open files",
            string.Create(CultureInfo.InvariantCulture, $"at most {most}"),
            $"each connection is one: let the server open {LeastOpenFiles} or more (ulimit -n, LimitNOFILE)"),
        _ => Finding.Ok("open files", string.Create(CultureInfo.InvariantCulture, $"at most {most}")),
    };

    private static long? ReadOpenFiles()
    {
        try
        {
            // "Max open files   1024   524288   files": the second is what a process may raise the first to.
            var line = File.ReadLines("/proc/self/limits")
                .First(one => one.StartsWith("Max open files", StringComparison.Ordinal));
            var hard = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[4];
            return long.TryParse(hard, NumberStyles.None, CultureInfo.InvariantCulture, out var most) ? most : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static async Task<Finding> GpusAsync(CancellationToken cancellationToken)
    {
        try
        {
            var gpus = await NvidiaSmi.ListAsync(GpuTimeout, cancellationToken);
            return gpus.IsEmpty
                ? Finding.Warning(
                    "gpus", "nvidia-smi lists none here",
                    "simulate some with --gpus or --nodes, or run it where they are")
                : Finding.Ok("gpus", $"nvidia-smi lists {gpus.Length}");
        }
        catch (Exception failure) when (failure is InvalidOperationException or TimeoutException)
        {
            return Finding.Problem("gpus", failure.Message, "mend the driver: a server keeps what it knew of the GPUs");
        }
    }
}
