using System.Collections.Immutable;
using Sluice.Manifests.Yaml;

namespace Sluice.Manifests;

/// <summary>Tells how a manifest runs as local processes.</summary>
public static class LocalPlanner
{
    /// <summary>
    /// One process a replica of the gang, in the order of ranks: the Master, then the Workers. Never throws on bad
    /// input; the problem names everything that cannot be had locally: secrets, config maps and claims that are not
    /// optional, a second container, a container without command.
    /// </summary>
    /// <param name="yaml">The manifest as deployed.</param>
    /// <param name="assignment">GPUs a replica, and the gateway.</param>
    /// <param name="masterPort">1 to 65535.</param>
    public static LocalPlan Plan(string yaml, ManifestAssignment assignment, int masterPort)
    {
        if (ManifestLayout.Read(yaml, out var problem) is not { } layout)
        {
            return new([], problem);
        }

        var problems = new ProblemList();
        CheckArguments(assignment, masterPort, problems);
        if (!problems.IsEmpty)
        {
            return new([], problems.Text);
        }

        LocalPodCheck.CheckGang(layout, problems);
        var root = ManifestRewriter.Apply(layout, assignment);
        var processes = PlanProcesses(layout, root, masterPort, problems);
        return problems.IsEmpty ? new(processes, null) : new([], problems.Text);
    }

    private static void CheckArguments(ManifestAssignment assignment, int masterPort, ProblemList problems)
    {
        if (assignment is null || assignment.SluiceUrl is null)
        {
            problems.Add("an assignment with the address of the gateway is required");
        }
        else if (assignment.GpuCount is < 0 or > ManifestLimits.MaxCount)
        {
            problems.Add($"the GPU count must be from 0 to {ManifestLimits.MaxCount}");
        }

        if (masterPort is < 1 or > 65535)
        {
            problems.Add("the master port must be from 1 to 65535");
        }
    }

    private static ImmutableArray<LocalProcess> PlanProcesses(
        ManifestLayout layout, YamlNode root, int masterPort, ProblemList problems)
    {
        var world = TrainingWorld.Read(layout, root, masterPort, problems);
        var processes = ImmutableArray.CreateBuilder<LocalProcess>();
        var chars = 0L;
        foreach (var replica in layout.Gang)
        {
            var path = replica.MainContainer.Path;
            var container = new YamlCursor(path.Find(root), path, problems);

            // The first is tried in any case: what its environment lacks is named together with all the rest.
            for (var index = 0; index == 0 || (index < replica.Count && problems.IsEmpty); index++)
            {
                var member = world.Member(replica.Role, index, processes.Count);
                var process = LocalProcessBuilder.Build(container, member, problems);
                chars += CountChars(process);
                if (chars > ManifestLimits.MaxPlanChars)
                {
                    problems.Add(
                        "the arguments and environments of all processes are over "
                        + $"{ManifestLimits.MaxPlanChars} characters");
                }

                processes.Add(process);
            }
        }

        return processes.ToImmutable();
    }

    private static long CountChars(LocalProcess process) =>
        process.Arguments.Sum(argument => (long)argument.Length)
        + process.Environment.Sum(variable => (long)variable.Name.Length + variable.Value.Length);
}
