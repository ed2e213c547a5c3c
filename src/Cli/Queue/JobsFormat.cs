using System.CommandLine;

namespace Sluice.Cli.Queue;

/// <summary>How a file tells jobs.</summary>
internal enum JobsFormat
{
    /// <summary>Not said: the first line decides.</summary>
    Auto = 0,

    /// <summary>One JSON object, as <c>/set</c> takes it: <c>{"5": {"jobstage": 0, "jobcmd": …}, …}</c>.</summary>
    Object = 1,

    /// <summary>A JSON object a line: <c>{"jobcmd": …}</c>; <c>jobid</c> and <c>jobstage</c> may be left out.</summary>
    JsonLines = 2,

    /// <summary>A command a line, as text.</summary>
    Lines = 3,
}

/// <summary>The option <c>--format</c> of a command that reads jobs.</summary>
internal static class JobsFormats
{
    private static readonly (string Name, JobsFormat Format)[] All =
    [
        ("auto", JobsFormat.Auto), ("object", JobsFormat.Object), ("jsonl", JobsFormat.JsonLines),
        ("lines", JobsFormat.Lines),
    ];

    public static Option<string> Option()
    {
        var option = new Option<string>("--format")
        {
            Description = "object: as /set takes it; jsonl: {\"jobcmd\": …} a line; lines: a command a line "
                + "(default auto: by the first line)",
            HelpName = "FORMAT",
            DefaultValueFactory = _ => All[0].Name,
        };
        option.CompletionSources.Add([.. All.Select(one => one.Name)]);
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && All.All(one => one.Name != token.Value))
            {
                result.AddError(
                    $"--format must be one of {string.Join(", ", All.Select(one => one.Name))}, not '{token.Value}'");
            }
        });
        return option;
    }

    public static JobsFormat Of(string name) => All.First(one => one.Name == name).Format;
}
