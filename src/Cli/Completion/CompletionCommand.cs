using System.CommandLine;

namespace Sluice.Cli.Completion;

/// <summary><c>sluice completion</c>.</summary>
internal static class CompletionCommand
{
    public static Command Create(CliEnvironment environment)
    {
        var shell = new Argument<string>("shell") { Description = string.Join(", ", CompletionScripts.Shells) };
        shell.CompletionSources.Add([.. CompletionScripts.Shells]);
        shell.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && CompletionScripts.Find(token.Value) is null)
            {
                result.AddError(
                    $"shell must be one of {string.Join(", ", CompletionScripts.Shells)}, not '{token.Value}'");
            }
        });
        var command = new Command(
            "completion", "Print what makes a shell complete sluice's command lines, names of jobs included") { shell };
        command.SetAction(parsed =>
        {
            environment.Out.Write(CompletionScripts.Find(parsed.GetValue(shell)!));
            return ExitCode.Done;
        });
        return command;
    }
}
