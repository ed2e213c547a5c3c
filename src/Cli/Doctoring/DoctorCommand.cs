using System.CommandLine;
using System.Text.Json;
using Sluice.Cli.Client;
using Sluice.Cli.Output;
using Sluice.Cli.Serving;

namespace Sluice.Cli.Doctoring;

/// <summary><c>sluice doctor</c>.</summary>
internal static class DoctorCommand
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
    };

    public static Command Create(CliEnvironment environment, Func<ParseResult, SluiceClient> connect)
    {
        var data = new Option<string?>("--data")
        {
            Description = $"Folder of everything durable (default ./{ServerSettings.DefaultData})",
            HelpName = "DIR",
        };
        var offline = new Option<bool>("--no-server")
        {
            Description = "Look at this machine alone, before a first start",
        };
        var output = GlobalOptions.Output();
        var command = new Command("doctor", "Check this machine, the data folder and the server, and say what is wrong")
        {
            data, offline, output,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var findings = new List<Finding>();
            await foreach (var finding in MachineChecks.RunAsync(cancellationToken))
            {
                findings.Add(finding);
            }

            findings.AddRange(DataChecks.Run(Path.GetFullPath(parsed.GetValue(data) ?? ServerSettings.DefaultData)));
            if (!parsed.GetValue(offline))
            {
                using var client = connect(parsed);
                findings.AddRange(await ServerChecks.RunAsync(client, cancellationToken));
            }

            Write(environment, findings, isJson: parsed.GetValue(output) == "json");
            return findings.Any(finding => finding.Severity is Severity.Problem) ? ExitCode.Failed : ExitCode.Done;
        });
        return command;
    }

    private static void Write(CliEnvironment environment, List<Finding> findings, bool isJson)
    {
        if (isJson)
        {
            environment.Out.WriteLine(JsonSerializer.Serialize(findings.Select(finding => new
            {
                Severity = WordOf(finding.Severity),
                finding.Subject,
                finding.Text,
                finding.Remedy,
            }), Json));
            return;
        }

        var table = TableOutput.Columns("", "WHAT", "FOUND");
        foreach (var finding in findings)
        {
            table.Row(
                WordOf(finding.Severity),
                finding.Subject,
                (finding.Remedy is { } remedy ? $"{finding.Text}: {remedy}" : finding.Text).ReplaceLineEndings(" "));
        }

        TableOutput.Write(environment, table);
    }

    private static string WordOf(Severity severity) => severity switch
    {
        Severity.Ok => "ok",
        Severity.Warning => "warning",
        Severity.Problem => "PROBLEM",
        _ => throw new ArgumentOutOfRangeException(nameof(severity), severity, "no severity of a finding"),
    };
}
