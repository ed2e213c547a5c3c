namespace Sluice.Cli.Demo;

/// <summary>What one run of the demo came to.</summary>
internal sealed record DemoResult
{
    public required DemoPlan Plan { get; init; }

    public required int Completed { get; init; }

    public required int Jobs { get; init; }

    /// <summary>From the first deployment to the end of the last job.</summary>
    public required TimeSpan Makespan { get; init; }

    /// <summary>From a job's deployment to its end.</summary>
    public required TimeSpan MeanCompletion { get; init; }

    /// <summary>From a job's deployment until it first ran.</summary>
    public required TimeSpan MeanWait { get; init; }

    /// <summary>Part of the GPUs that was held, over the makespan; 0 to 1.</summary>
    public required double Utilization { get; init; }

    public required int Resizes { get; init; }

    public required LostTraining Lost { get; init; }

    public required int Capacity { get; init; }

    public required bool IsSimulated { get; init; }

    public bool IsSuccess => Completed == Jobs;
}
