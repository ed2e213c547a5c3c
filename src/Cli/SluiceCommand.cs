using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using Sluice.Cli.Archives;
using Sluice.Cli.Capacity;
using Sluice.Cli.Client;
using Sluice.Cli.Completion;
using Sluice.Cli.Demo;
using Sluice.Cli.Doctoring;
using Sluice.Cli.Events;
using Sluice.Cli.Forecasts;
using Sluice.Cli.Jobs;
using Sluice.Cli.Playing;
using Sluice.Cli.Queue;
using Sluice.Cli.Serving;
using Sluice.Cli.Simulating;

namespace Sluice.Cli;

/// <summary>The <c>sluice</c> command: its parts, and what becomes of their failures.</summary>
internal static class SluiceCommand
{
    public static async Task<int> RunAsync(
        IReadOnlyList<string> arguments, CliEnvironment environment, CancellationToken cancellationToken)
    {
        var root = Create(environment);
        var parsed = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (arguments.Count == 0)
        {
            root.Parse("--help").Invoke(Invocation(environment));
            return ExitCode.Usage;
        }

        if (parsed.Errors.Count > 0 && parsed.Action is not HelpAction && !IsSuggestion(parsed))
        {
            return Report(environment, ExitCode.Usage, UsageProblem(parsed));
        }

        try
        {
            return await parsed.InvokeAsync(Invocation(environment), cancellationToken);
        }
        catch (CliFailure failure)
        {
            return Report(environment, failure.ExitCode, failure.Message);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
        catch (Exception exception) when (environment.Set("SLUICE_DEBUG") is null)
        {
            return Report(
                environment,
                ExitCode.Failed,
                $"{exception.Message} ({exception.GetType().Name}; SLUICE_DEBUG=1 shows where)");
        }
    }

    private static RootCommand Create(CliEnvironment environment)
    {
        var global = new GlobalOptions();
        SluiceClient Connect(ParseResult parsed) =>
            new(
                ServerAddress.Resolve(environment, parsed.GetValue(global.Server), parsed.GetValue(global.Token)),
                environment.Progress);
        var jobs = new JobNames(environment, Connect);

        return new RootCommand("Sluice moves GPUs between training jobs at their checkpoints.")
        {
            global.Server,
            global.Token,
            ServerCommand.Create(environment),
            DemoCommand.Create(environment),
            ArchiveCommands.CreateExport(environment),
            ArchiveCommands.CreateImport(environment),
            DeployCommand.Create(environment, Connect),
            ScaleCommand.Create(environment, Connect, jobs),
            DeleteCommand.Create(environment, Connect, jobs),
            JobsCommand.Create(environment, Connect),
            JobCommand.Create(environment, Connect, jobs),
            LogsCommand.Create(environment, Connect, jobs),
            CapacityCommand.Create(environment, Connect),
            EventsCommand.Create(environment, Connect, jobs),
            WhyCommand.Create(environment, Connect, jobs),
            WhatIfCommand.Create(environment, Connect),
            QueueCommand.Create(environment, Connect),
            SimulateCommand.Create(environment),
            LabCommand.Create(environment),
            DoctorCommand.Create(environment, Connect),
            CompletionCommand.Create(environment),
        };
    }

    /// <summary>A shell asks what could come next: <c>[suggest:12] "sluice delet"</c>.</summary>
    private static bool IsSuggestion(ParseResult parsed) =>
        parsed.Tokens is [{ Type: TokenType.Directive } directive, ..]
        && directive.Value.StartsWith("[suggest", StringComparison.Ordinal);

    private static InvocationConfiguration Invocation(CliEnvironment environment) => new()
    {
        Output = environment.Out,
        Error = environment.Error,
        EnableDefaultExceptionHandler = false,
        // Program turns signals into the token; a second handler would race with it.
        ProcessTerminationTimeout = null,
    };

    private static string UsageProblem(ParseResult parsed)
    {
        // "Required command was not provided" comes along with every mistyped command.
        var path = CommandPath(parsed.CommandResult);
        var problem = parsed.UnmatchedTokens is [var unknown, ..] && parsed.CommandResult.Command.Subcommands.Count > 0
            ? $"there is no command '{path}{unknown}'"
            : parsed.Errors[0].Message.TrimEnd('.');
        return $"{problem}; see 'sluice {path}--help'";
    }

    private static string CommandPath(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{CommandPath(parent)}{result.Command.Name} " : "";

    private static int Report(CliEnvironment environment, int exitCode, string problem)
    {
        environment.Error.WriteLine("sluice: " + problem.ReplaceLineEndings(" "));
        return exitCode;
    }
}
