using System.CommandLine;
using Sluice.Scheduling.Placement;

namespace Sluice.Cli.Serving;

/// <summary><c>--policy</c>: by its name, the one that decides which job has which GPUs.</summary>
internal static class PolicyOption
{
    public static Option<string?> Create()
    {
        var option = new Option<string?>("--policy")
        {
            Description =
                $"Who decides which job has which GPUs: {PolicyCatalog.Choice} (default {PolicyCatalog.Default})",
            HelpName = "NAME",
        };
        option.CompletionSources.Add([.. PolicyCatalog.Names]);
        return option;
    }

    /// <summary>The name, if there is such a policy; the failure otherwise names those there are.</summary>
    public static string? Checked(string? name) => name is null || PolicyCatalog.Names.Contains(name)
        ? name
        : throw CliFailure.Usage($"--policy must be {PolicyCatalog.Choice}, not '{name}'");
}
