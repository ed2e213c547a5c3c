using System.Collections.Immutable;
using System.Diagnostics;

namespace Sluice.Executors.Local;

/// <summary>The GPUs that this machine has now.</summary>
public static class NvidiaSmi
{
    private const int MaxGpus = 1024;

    /// <summary>Its exit status where a GPU has fallen off the bus: what it lists beside that one is there.</summary>
    private const int GpuIsLost = 15;

    private static readonly string[] DevicePrefixes = ["GPU-", "MIG-"];

    /// <summary>
    /// The UUIDs of the GPUs that the server may use, in the order of <c>nvidia-smi</c>. Only where there is no such
    /// program are there no GPUs: one that fails says nothing about them, and jobs that hold them must not be stopped
    /// for it.
    /// </summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    /// <exception cref="TimeoutException">It gave no answer in time.</exception>
    public static async Task<ImmutableArray<string>> ListAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo("nvidia-smi", ["--query-gpu=index,uuid", "--format=csv,noheader"])
                {
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                })!;
            try
            {
                var errors = process.StandardError.ReadToEndAsync(limit.Token);
                var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
                await errors;
                await process.WaitForExitAsync(limit.Token);
                return Read(
                    process.ExitCode, output, await errors, Environment.GetEnvironmentVariable("CUDA_VISIBLE_DEVICES"));
            }
            catch (OperationCanceledException)
            {
                process.Kill();
                throw;
            }
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return [];
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"nvidia-smi gave no answer within {timeout}");
        }
    }

    /// <summary>
    /// Lines of <c>index, uuid</c>; one of a GPU that does not answer has an error for a UUID. Where the server itself
    /// was given only some, jobs get only those.
    /// </summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static ImmutableArray<string> Read(int exitCode, string output, string errors, string? visibleDevices)
    {
        var listed = output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(line => line.Split(',', StringSplitOptions.TrimEntries))
            .Where(fields => fields.Length == 2 && DevicePrefixes.Any(prefix =>
                fields[1].StartsWith(prefix, StringComparison.Ordinal)))
            .Take(MaxGpus)
            .ToList();
        if (exitCode != 0 && (exitCode != GpuIsLost || listed.Count == 0))
        {
            throw new InvalidOperationException($"nvidia-smi failed with {exitCode}: {errors.Trim()}");
        }

        var visible = visibleDevices?.Split(
            ',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return
        [
            .. listed.Where(fields => visible is null || visible.Contains(fields[0]) || visible.Contains(fields[1]))
                .Select(fields => fields[1]),
        ];
    }
}
