using System.CommandLine;
using System.Globalization;
using Sluice.Grains.Interfaces.StageQueues;

namespace Sluice.Cli.Queue;

/// <summary>The options of <c>sluice queue create</c>.</summary>
internal sealed class QueueCreateOptions
{
    private const int MaxAttemptsLimit = 1_000_000;

    private readonly Option<double[]?> _lifetimes = new("--lifetimes")
    {
        Description = "Minutes that a job may be in each stage, such as 0/10/0; 0: no limit",
        HelpName = "M/M/…",
        CustomParser = result =>
        {
            var text = result.Tokens[^1].Value;
            if (ParseLifetimes(text) is { } minutes)
            {
                return minutes;
            }

            result.AddError(
                $"--lifetimes must be numbers from 0 to {StageQueueLimits.MaxMinutes:G} with / between, not '{text}'");
            return null;
        },
    };

    public Option<string> Format { get; } = JobsFormats.Option();

    public Option<int?> Stage { get; } = GlobalOptions.Integer(
        "--stage", 0, StageQueueLimits.MaxStage, "N", "Where jobs wait whose stage the file does not say (default 0)");

    public Option<bool> Redeliver { get; } = new("--redeliver")
    {
        Description = "Let jobs that are over their time go back by themselves",
    };

    public Option<bool> NoRedeliver { get; } = new("--no-redeliver")
    {
        Description = "Let them stay flagged until redo",
    };

    public Option<int?> MaxAttempts { get; } = GlobalOptions.Integer(
        "--max-attempts", 0, MaxAttemptsLimit, "N",
        "Failed attempts after which a job goes back no more; 0: no limit (default of a new list: 5)");

    /// <summary>In the order of the help.</summary>
    public IReadOnlyList<Option> All => [Format, Stage, _lifetimes, Redeliver, NoRedeliver, MaxAttempts];

    /// <summary>Minutes by stage; null: they stay as they are.</summary>
    public double[]? ReadLifetimes(ParseResult parsed) =>
        parsed.GetValue(_lifetimes) is { Length: > 0 } minutes ? minutes : null;

    /// <summary>Null: it stays as it is.</summary>
    public bool? ReadRedeliver(ParseResult parsed) => (parsed.GetValue(Redeliver), parsed.GetValue(NoRedeliver)) switch
    {
        (true, true) => throw CliFailure.Usage("--redeliver and --no-redeliver exclude each other"),
        (true, _) => true,
        (_, true) => false,
        _ => null,
    };

    private static double[]? ParseLifetimes(string text)
    {
        var parts = text.Split('/');
        var minutes = new double[parts.Length];
        for (var stage = 0; stage < parts.Length; stage++)
        {
            if (!double.TryParse(
                    parts[stage], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out minutes[stage])
                || minutes[stage] is not (>= 0 and <= StageQueueLimits.MaxMinutes))
            {
                return null;
            }
        }

        return parts.Length <= StageQueueLimits.MaxStage + 1 ? minutes : null;
    }
}
