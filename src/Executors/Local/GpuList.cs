using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;

namespace Sluice.Executors.Local;

/// <summary>The GPUs that jobs of this machine may use.</summary>
/// <param name="Devices">What <c>CUDA_VISIBLE_DEVICES</c> calls them, by the index that Sluice gives out.</param>
/// <param name="IsSimulated">True: they exist in name only, and each is called by its index.</param>
internal sealed record GpuList(ImmutableArray<string> Devices, bool IsSimulated)
{
    private const int MaxGpus = 1024;

    public static GpuList Simulated { get; } = new([], IsSimulated: true);

    public string DeviceOf(int gpu) =>
        gpu < Devices.Length ? Devices[gpu] : gpu.ToString(CultureInfo.InvariantCulture);

    /// <summary>
    /// Asks <c>nvidia-smi</c>. Only where there is no such program are there no GPUs: one that fails says nothing about
    /// them, and jobs that hold them must not be stopped for it.
    /// </summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    /// <exception cref="TimeoutException">It gave no answer in time.</exception>
    public static async Task<GpuList> DiscoverAsync(TimeSpan timeout, CancellationToken cancellationToken)
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
                return process.ExitCode == 0
                    ? Parse(output, Environment.GetEnvironmentVariable("CUDA_VISIBLE_DEVICES"))
                    : throw new InvalidOperationException($"nvidia-smi failed: {(await errors).Trim()}");
            }
            catch (OperationCanceledException)
            {
                process.Kill();
                throw;
            }
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return new([], IsSimulated: false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"nvidia-smi gave no answer within {timeout}");
        }
    }

    /// <summary>Lines of <c>index, uuid</c>; where the server itself was given only some, jobs get only those.</summary>
    public static GpuList Parse(string lines, string? visibleDevices)
    {
        var all = lines.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(line => line.Split(',', StringSplitOptions.TrimEntries))
            .Where(fields => fields.Length == 2 && int.TryParse(fields[0], out _))
            .Take(MaxGpus)
            .ToList();
        var visible = visibleDevices?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return new(
            [.. all.Where(fields => visible is null || visible.Contains(fields[0]) || visible.Contains(fields[1]))
                .Select(fields => fields[0])],
            IsSimulated: false);
    }
}
