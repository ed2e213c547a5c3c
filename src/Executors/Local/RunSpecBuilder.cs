using System.Collections.Immutable;
using System.Globalization;
using Sluice.Grains.Ports;
using Sluice.Manifests;

namespace Sluice.Executors.Local;

/// <summary>Makes of a plan what a runner is given. Pure.</summary>
internal static class RunSpecBuilder
{
    /// <summary>The spec of the attempt.</summary>
    /// <param name="desired">What should run.</param>
    /// <param name="plan">Its processes.</param>
    /// <param name="folder">Where it runs.</param>
    /// <param name="options">Limits and the inherited variables.</param>
    /// <param name="gpus">The machine's GPUs; null: simulated.</param>
    /// <param name="serverEnvironment">What may be inherited.</param>
    public static RunSpec Build(
        DesiredRun desired,
        LocalPlan plan,
        RunFolder folder,
        LocalExecutorOptions options,
        GpuList gpus,
        IEnumerable<KeyValuePair<string, string>> serverEnvironment)
    {
        var inherited = serverEnvironment
            .Where(variable => IsInherited(variable.Key, options.InheritedVariables))
            .ToImmutableSortedDictionary(StringComparer.Ordinal);
        if (options.ReportToken is { } token)
        {
            inherited = inherited.SetItem("SLUICE_TOKEN", token);
        }

        return new RunSpec
        {
            Uid = desired.Uid,
            Generation = desired.Generation,
            Attempt = desired.Attempt,
            Placement = desired.Blocks.IsDefaultOrEmpty ? "no GPUs" : string.Join(' ', desired.Blocks),
            GraceSeconds = options.GracePeriod.TotalSeconds,
            LogLimitBytes = options.LogLimitBytes,
            Ranks = [.. plan.Processes.Select((process, index) => new RankSpec
            {
                Rank = process.Rank,
                Arguments = process.Arguments,
                WorkingDirectory = process.WorkingDirectory ?? folder.WorkDirectory,
                Environment = EnvironmentOf(process, index, desired, folder, gpus, inherited),
            })],
        };
    }

    /// <summary>Why the plan cannot run; null: it can.</summary>
    public static string? Problem(DesiredRun desired, LocalPlan plan)
    {
        if (plan.Problem is not null)
        {
            return plan.Problem;
        }

        var blocks = desired.Blocks.IsDefault ? 0 : desired.Blocks.Length;
        return plan.Processes.IsDefaultOrEmpty ? "the manifest has no process to run"
            : blocks > 0 && blocks != plan.Processes.Length
                ? $"the manifest runs as {plan.Processes.Length} processes, but {blocks} were given GPUs"
                : null;
    }

    private static ImmutableSortedDictionary<string, string> EnvironmentOf(
        LocalProcess process,
        int index,
        DesiredRun desired,
        RunFolder folder,
        GpuList gpus,
        ImmutableSortedDictionary<string, string> inherited)
    {
        var environment = inherited.ToBuilder();

        // Output goes through a pipe, where Python would keep it back until a block is full.
        environment["PYTHONUNBUFFERED"] = "1";
        foreach (var (name, value) in process.Environment)
        {
            environment[name] = value;
        }

        // These say where the process belongs and what it may use; a manifest cannot change them.
        environment["CUDA_DEVICE_ORDER"] = "PCI_BUS_ID";
        environment["CUDA_VISIBLE_DEVICES"] = desired.Blocks.IsDefaultOrEmpty
            ? ""
            : string.Join(',', desired.Blocks[index].Gpus.Select(gpus.DeviceOf));
        environment["SLUICE_ATTEMPT"] = desired.Attempt.ToString(CultureInfo.InvariantCulture);
        foreach (var (name, value) in folder.Markers)
        {
            environment[name] = value;
        }

        if (gpus.IsSimulated)
        {
            environment["SLUICE_SIMULATED_GPUS"] = "1";
        }

        return environment.ToImmutable();
    }

    private static bool IsInherited(string name, IReadOnlyList<string> patterns) =>
        patterns.Any(pattern => pattern.EndsWith('*')
            ? name.StartsWith(pattern[..^1], StringComparison.Ordinal)
            : name == pattern);
}
