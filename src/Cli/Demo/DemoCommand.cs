using System.CommandLine;
using Sluice.Cli.Serving;

namespace Sluice.Cli.Demo;

/// <summary><c>sluice demo</c>.</summary>
internal static class DemoCommand
{
    private const int DefaultGpus = 8;

    /// <summary>Fewer could not hold the gang's two replicas, more than some hundred show nothing new.</summary>
    private const int LeastGpus = 2;
    private const int MostGpus = 256;

    public static Command Create(CliEnvironment environment)
    {
        var compare = new Option<bool>("--compare")
        {
            Description = "Run the same jobs with fixed GPUs, each at its request, and under "
                + $"{string.Join(" and ", DemoPlan.ComparedPolicies)}, or under the one of --policy; one run each",
        };
        var policy = PolicyOption.Create();
        var gpus = GlobalOptions.Integer(
            "--gpus", LeastGpus, MostGpus, "N", $"Simulated GPUs (default {DefaultGpus})");
        var real = new Option<bool>("--real") { Description = "Use this machine's GPUs" };
        var keep = new Option<bool>("--keep") { Description = "Keep the demo's folder" };
        var output = GlobalOptions.Output();
        output.Description = "table, or json: what each run came to";
        var command = new Command("demo", "Show GPUs moving between four training jobs, in about a minute")
        {
            compare, policy, gpus, real, keep, output,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(gpus) is { Implicit: false } && result.GetValue(real))
            {
                result.AddError("--gpus and --real exclude each other");
            }
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var demo = new Demonstration(
                environment,
                parsed.GetValue(real) ? null : parsed.GetValue(gpus) ?? DefaultGpus,
                parsed.GetValue(keep),
                parsed.GetValue(output) == "json");
            var chosen = PolicyOption.Checked(parsed.GetValue(policy));
            return await demo.RunAsync(DemoPlan.All(chosen, parsed.GetValue(compare)), cancellationToken);
        });
        return command;
    }
}
