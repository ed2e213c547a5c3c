using System.Collections.Immutable;
using System.Globalization;

namespace Sluice.Executors.Local;

/// <summary>The GPUs that jobs of this machine may use.</summary>
/// <param name="Devices">UUIDs by the index that Sluice gives out, lost ones included.</param>
/// <param name="Lost">Indices whose device is not there now, ascending.</param>
/// <param name="IsSimulated">True: they exist in name only, and each is called by its index.</param>
internal sealed record GpuList(ImmutableArray<string> Devices, ImmutableArray<int> Lost, bool IsSimulated)
{
    public static GpuList Simulated { get; } = new([], [], IsSimulated: true);

    /// <summary>
    /// What <c>CUDA_VISIBLE_DEVICES</c> calls the GPU: by its UUID, which never comes to mean another.
    /// </summary>
    /// <exception cref="InvalidOperationException">It is lost.</exception>
    public string DeviceOf(int gpu) =>
        IsSimulated ? gpu.ToString(CultureInfo.InvariantCulture)
        : gpu < Devices.Length && !Lost.Contains(gpu) ? Devices[gpu]
        : throw new InvalidOperationException($"GPU {gpu} of this machine is lost");
}
