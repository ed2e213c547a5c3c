using System.Collections.Immutable;
using System.CommandLine;
using Sluice.Lab;
using Sluice.Lab.Model;
using Sluice.Lab.Workloads;

namespace Sluice.Cli.Playing;

/// <summary>What <c>sluice lab</c> is asked for.</summary>
internal sealed class LabOptions
{
    private const int MaxGpus = 65_536;

    public Option<string?> Data { get; } = new("--data")
    {
        Description = "Folder with recorded workloads (SLUICE_LAB_DATA; default ../shared/sched beside the repository)",
        HelpName = "FOLDER",
    };

    public Option<string?> Workload { get; } = new("--workload")
    {
        Description = "Names of recorded workloads, separated by commas, or their beginnings, or all (default load1.0)",
        HelpName = "NAMES",
    };

    public Option<string?> Generate { get; } = new("--generate")
    {
        Description = "Make workloads up instead: jobs=160,hours=8,count=3 (the default where nothing is recorded)",
        HelpName = "WHAT",
    };

    public Option<int?> Seed { get; } = GlobalOptions.Integer(
        "--seed", 0, int.MaxValue - 2 * WorkloadVariants.MaxVariants, "S", "Of what is made up and perturbed (default 1)");

    public Option<int?> Variants { get; } = GlobalOptions.Integer(
        "--variants", 1, WorkloadVariants.MaxVariants, "N", "Play N perturbed copies of each workload instead");

    public Option<string?> Scenario { get; } = new("--scenario")
    {
        Description = $"Rules: {string.Join(", ", Lab.Model.Scenario.All.Select(one => one.Name))}, separated by commas "
            + "(default P2,P5)",
        HelpName = "NAMES",
    };

    public Option<string?> Policy { get; } = new("--policy")
    {
        Description = "Policies, separated by commas, or all; a wrong name lists them (default our own and a selection)",
        HelpName = "NAMES",
    };

    public Option<int?> Gpus { get; } = GlobalOptions.Integer("--gpus", 1, MaxGpus, "N", "GPUs of the cluster (default 64)");

    public Option<int?> Gang { get; } = GlobalOptions.Integer(
        "--gang", 1, 64, "N", "Play jobs as gangs: equal replicas, each on one node of N GPUs, with real packing");

    public Option<string?> Csv { get; } = new("--csv")
    {
        Description = "Write all metrics of all games to this file",
        HelpName = "FILE",
    };

    public Option<string?> Gantt { get; } = new("--gantt")
    {
        Description = "Draw the one game to this SVG file",
        HelpName = "FILE",
    };

    public Option<string?> Decisions { get; } = new("--decisions")
    {
        Description = "Write each decision of the one game with its reason to this file; -: to standard output",
        HelpName = "FILE",
    };

    public Option<string> Output { get; } = CreateOutput();

    /// <exception cref="CliFailure">An option asks for what there is not.</exception>
    public static ImmutableArray<LabPolicy> Policies(string? names)
    {
        string[] usual =
        [
            .. LabCatalog.Own.Select(policy => policy.Name),
            "seeds-fifo", "fifo-bf", "tiresias", "equal", "learned-hybrid-afs", "afs", "hybrid-afs",
        ];
        return names == "all"
            ? LabCatalog.All
            : Named("--policy", names?.Split(',') ?? usual, LabCatalog.All, policy => policy.Name);
    }

    /// <exception cref="CliFailure">An option asks for what there is not.</exception>
    public static ImmutableArray<Scenario> Scenarios(string? names) => names == "all"
        ? Lab.Model.Scenario.All
        : Named("--scenario", (names ?? "P2,P5").Split(','), Lab.Model.Scenario.All, scenario => scenario.Name);

    /// <exception cref="CliFailure">Something is no setting, or out of range.</exception>
    public static (GeneratorOptions Options, int Count) ReadGenerate(string? text, int gpuCount)
    {
        var options = new GeneratorOptions { MaxGpus = gpuCount };
        var count = 3;
        foreach (var setting in text?.Split(',') ?? [])
        {
            var most = setting.Split('=')[0] switch
            {
                "jobs" => GeneratorOptions.MaxJobs,
                "hours" => GeneratorOptions.MaxHours,
                "count" => WorkloadVariants.MaxVariants,
                _ => throw CliFailure.Usage($"--generate takes jobs=N, hours=N and count=N, not '{setting}'"),
            };
            if (!TryValue(setting, most, out var value))
            {
                throw CliFailure.Usage(
                    $"--generate: {setting.Split('=')[0]} must be a whole number from 1 to {most}, not '{setting}'");
            }

            (options, count) = setting[0] switch
            {
                'j' => (options with { Jobs = value }, count),
                'h' => (options with { Hours = value }, count),
                _ => (options, value),
            };
        }

        return (options, count);
    }

    private static bool TryValue(string setting, int most, out int value)
    {
        value = 0;
        return setting.Split('=') is [_, var text] && Cli.Output.Numbers.TryParse(text, 1, most, out value);
    }

    private static ImmutableArray<T> Named<T>(
        string option, IEnumerable<string> names, ImmutableArray<T> all, Func<T, string> nameOf) =>
    [
        .. names.Distinct(StringComparer.Ordinal).Select(name => all.FirstOrDefault(one => nameOf(one) == name)
            ?? throw CliFailure.Usage(
                $"{option}: there is no '{name}'; there are {string.Join(", ", all.Select(nameOf))}")),
    ];

    private static Option<string> CreateOutput()
    {
        var output = GlobalOptions.Output();
        output.Description = "table, or json: all metrics of all games";
        return output;
    }
}
