using Sluice.Cli.Client;
using Sluice.Cli.Output;

namespace Sluice.Cli.Demo;

/// <summary>What one run of the demo came to.</summary>
internal sealed record DemoResult
{
    /// <summary>Such as <c>elastic</c>.</summary>
    public required string Label { get; init; }

    public required int Completed { get; init; }

    public required int Jobs { get; init; }

    /// <summary>From the first deployment to the end of the last job.</summary>
    public required TimeSpan Makespan { get; init; }

    /// <summary>Part of the GPUs that was held, over the makespan; 0 to 1.</summary>
    public required double Utilization { get; init; }

    public required int Resizes { get; init; }

    public required LostTraining Lost { get; init; }

    public required int Capacity { get; init; }

    public required bool IsSimulated { get; init; }

    public bool IsSuccess => Completed == Jobs;
}

/// <summary>The closing words of a demo. Pure.</summary>
internal static class DemoSummary
{
    public static IReadOnlyList<string> Of(DemoResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return
        [
            $"{result.Label}, on {result.Capacity} {GpuWord(result)} GPUs",
            $"  jobs completed    {result.Completed} of {result.Jobs}",
            $"  makespan          {Numbers.Fixed(result.Makespan.TotalSeconds)} s",
            $"  utilization       {Percent(result.Utilization)} of the GPUs held",
            $"  resizes           {result.Resizes}",
            $"  training lost     {Numbers.Fixed(result.Lost.Seconds)} s, measured by the trainers at "
                + Numbers.Count(result.Lost.Stops, "stop"),
        ];
    }

    public static IReadOnlyList<string> Compare(DemoResult elastic, DemoResult rigid)
    {
        ArgumentNullException.ThrowIfNull(elastic);
        ArgumentNullException.ThrowIfNull(rigid);
        if (!elastic.IsSuccess || !rigid.IsSuccess)
        {
            return ["no comparison: not all jobs completed"];
        }

        var ratio = rigid.Makespan.TotalSeconds / elastic.Makespan.TotalSeconds;
        return
        [
            $"the same four jobs, {GpuWord(elastic)} GPUs          {elastic.Label,10} {rigid.Label,10}",
            $"  makespan                             {Seconds(elastic),10} {Seconds(rigid),10}",
            $"  utilization                          {Percent(elastic.Utilization),10} {Percent(rigid.Utilization),10}",
            $"  {elastic.Label} is {Numbers.Fixed(ratio, 2)} times as fast as {rigid.Label}",
        ];
    }

    /// <summary>The results as an array; spans are in seconds.</summary>
    public static string Json(IEnumerable<DemoResult> results) => ServerAnswer.Write(results.Select(result => new
    {
        result.Label,
        result.Jobs,
        result.Completed,
        MakespanSeconds = result.Makespan.TotalSeconds,
        result.Utilization,
        result.Resizes,
        LostSeconds = result.Lost.Seconds,
        result.Lost.Stops,
        result.Capacity,
        result.IsSimulated,
    }));

    private static string GpuWord(DemoResult result) => result.IsSimulated ? "simulated" : "real";

    private static string Seconds(DemoResult result) => Numbers.Fixed(result.Makespan.TotalSeconds) + " s";

    private static string Percent(double part) => Numbers.Fixed(100 * part, 0) + " %";
}
