using System.Globalization;

namespace Sluice.Grains.Events;

/// <summary>Numbers in reasons of events, the same in every language. Pure.</summary>
internal static class EventWords
{
    /// <summary><c>1 GPU</c>, <c>4 GPUs</c>.</summary>
    public static string Gpus(int count) => Invariant($"{count} {(count == 1 ? "GPU" : "GPUs")}");

    /// <summary>The same of a gang: <c>4 GPUs a replica, 2 replicas</c>.</summary>
    public static string Gpus(int count, int replicas) =>
        Gpus(count) + (replicas > 1 ? Invariant($" a replica, {replicas} replicas") : "");

    public static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
