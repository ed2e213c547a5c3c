using System.Collections.Immutable;
using Sluice.Lab.Workloads;

namespace Sluice.Cli.Playing;

/// <summary>Finds, makes up and perturbs what is to be played.</summary>
internal static class LabWorkloads
{
    /// <param name="environment">Knows where the data may be.</param>
    /// <param name="data">Folder that was asked for; null: the usual one, if it is there.</param>
    /// <param name="names">Of recorded workloads or their beginnings; null: the usual ones.</param>
    /// <param name="generate">Settings; null: recorded ones are played where there are some.</param>
    /// <param name="gpuCount">Of the cluster.</param>
    /// <param name="seed">Of what is made up.</param>
    /// <exception cref="CliFailure">There is no such workload.</exception>
    public static ImmutableArray<Workload> Find(
        CliEnvironment environment, string? data, string? names, string? generate, int gpuCount, int seed)
    {
        var folder = data ?? environment.Set("SLUICE_LAB_DATA") ?? UsualFolder(environment);
        var isRecorded = generate is null && (data is not null || names is not null || WorkloadFolder.Exists(folder));
        if (isRecorded)
        {
            return Read(folder, names ?? "load1.0");
        }

        if (generate is null)
        {
            environment.Error.WriteLine($"{folder} has no recorded workloads: playing some that are made up");
        }

        var (options, count) = LabOptions.ReadGenerate(generate, gpuCount);
        return
        [
            .. Enumerable.Range(seed, count).Select(
                one => WorkloadGenerator.Make($"generated-{one}", options, one)),
        ];
    }

    public static ImmutableArray<Workload> Vary(ImmutableArray<Workload> workloads, int count, int seed) =>
        [.. workloads.SelectMany(one => Enumerable.Range(seed, count).Select(variant => WorkloadVariants.Vary(one, variant)))];

    private static string UsualFolder(CliEnvironment environment) =>
        Path.Combine(environment.Set("SLUICE_ROOT") ?? ".", "..", "shared", "sched");

    private static ImmutableArray<Workload> Read(string path, string names)
    {
        if (!WorkloadFolder.Exists(path))
        {
            throw CliFailure.Refused($"--data: {path} has no applications.csv and workloads");
        }

        try
        {
            var folder = new WorkloadFolder(path);
            var all = folder.WorkloadNames;
            return
            [
                .. names.Split(',').SelectMany(name => Matching(all, name)).Distinct().Select(folder.ReadWorkload),
            ];
        }
        catch (InvalidDataException wrong)
        {
            throw CliFailure.Refused(wrong.Message);
        }
    }

    private static string[] Matching(ImmutableArray<string> all, string name)
    {
        string[] found = name switch
        {
            "all" => [.. all],
            _ when all.Contains(name) => [name],
            _ => [.. all.Where(one => name.Length > 0 && one.StartsWith(name, StringComparison.Ordinal))],
        };
        return found.Length > 0
            ? found
            : throw CliFailure.Usage($"--workload: there is no '{name}'; there are {string.Join(", ", all)}");
    }
}
