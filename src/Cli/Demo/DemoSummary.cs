using Sluice.Cli.Client;
using Sluice.Cli.Output;

namespace Sluice.Cli.Demo;

/// <summary>The closing words of a demo. Pure.</summary>
internal static class DemoSummary
{
    private const int MeasureWidth = 16;

    /// <summary>Between the columns of a comparison; three with the longest names fit 80 columns.</summary>
    private const int Gap = 3;

    /// <summary>What a comparison shows, one line each.</summary>
    private static readonly (string Measure, Func<DemoResult, string> Of)[] Measures =
    [
        ("makespan", result => Seconds(result.Makespan)),
        ("mean completion", result => Seconds(result.MeanCompletion)),
        ("mean wait", result => Seconds(result.MeanWait)),
        ("utilization", result => Percent(result.Utilization)),
        ("resizes", result => $"{result.Resizes}"),
        ("training lost", result => Numbers.Fixed(result.Lost.Seconds) + " s"),
    ];

    public static IReadOnlyList<string> Of(DemoResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return
        [
            $"{result.Plan.Label}, on {result.Capacity} {GpuWord(result)} GPUs",
            $"  jobs completed    {result.Completed} of {result.Jobs}",
            $"  makespan          {Seconds(result.Makespan)}",
            $"  mean completion   {Seconds(result.MeanCompletion)}, from a job's deployment to its end",
            $"  mean wait         {Seconds(result.MeanWait)}, until it first ran",
            $"  utilization       {Percent(result.Utilization)} of the GPUs held",
            $"  resizes           {result.Resizes}",
            $"  training lost     {Numbers.Fixed(result.Lost.Seconds)} s, measured by the trainers at "
                + Numbers.Count(result.Lost.Stops, "stop"),
        ];
    }

    /// <summary>All runs side by side, and how much faster each of the others was than the first.</summary>
    public static IReadOnlyList<string> Compare(IReadOnlyList<DemoResult> results)
    {
        ArgumentNullException.ThrowIfNull(results);
        if (results.Any(result => !result.IsSuccess))
        {
            return ["no comparison: not all jobs completed"];
        }

        var first = results[0];
        return
        [
            $"the same four jobs, on {first.Capacity} {GpuWord(first)} GPUs, one run each",
            Line("", results, result => result.Plan.Label),
            .. Measures.Select(measure => Line(measure.Measure, results, measure.Of)),
            .. results.Skip(1).Select(result =>
                $"{result.Plan.Label} is {Ratio(first.Makespan, result.Makespan)} times as fast as {first.Plan.Label}, "
                + $"by mean completion {Ratio(first.MeanCompletion, result.MeanCompletion)} times"),
        ];
    }

    /// <summary>The results as an array; spans are in seconds.</summary>
    public static string Json(IEnumerable<DemoResult> results) => ServerAnswer.Write(results.Select(result => new
    {
        result.Plan.Label,
        result.Plan.Policy,
        result.Jobs,
        result.Completed,
        MakespanSeconds = result.Makespan.TotalSeconds,
        MeanCompletionSeconds = result.MeanCompletion.TotalSeconds,
        MeanWaitSeconds = result.MeanWait.TotalSeconds,
        result.Utilization,
        result.Resizes,
        LostSeconds = result.Lost.Seconds,
        result.Lost.Stops,
        result.Capacity,
        result.IsSimulated,
    }));

    private static string Line(string measure, IEnumerable<DemoResult> results, Func<DemoResult, string> value) =>
        $"  {measure.PadRight(MeasureWidth)}" + string.Concat(results.Select(
            result => value(result).PadLeft(Math.Max(result.Plan.Label.Length, "100.0 s".Length) + Gap)));

    private static string Ratio(TimeSpan slow, TimeSpan fast) => Numbers.Fixed(slow / fast, 2);

    private static string GpuWord(DemoResult result) => result.IsSimulated ? "simulated" : "real";

    private static string Seconds(TimeSpan span) => Numbers.Fixed(span.TotalSeconds) + " s";

    private static string Percent(double part) => Numbers.Fixed(100 * part, 0) + " %";
}
