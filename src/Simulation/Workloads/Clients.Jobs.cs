using Sluice.Grains.Interfaces.Jobs;
using Sluice.Grains.Jobs;
using Sluice.Simulation.Checks;
using Sluice.Simulation.Machines;

namespace Sluice.Simulation.Workloads;

/// <summary>Jobs.</summary>
internal sealed partial class Clients
{
    /// <param name="name">The job.</param>
    /// <param name="text">For people.</param>
    /// <param name="call">One try.</param>
    /// <param name="isDone">Of a version of the row: the command's effect is in it.</param>
    /// <param name="isAnother">The same: there is a job of that name, and it is not the one that is meant.</param>
    public Task<JobAnswer?> WriteAsync(
        string name,
        string text,
        Func<IJobGrain, Task<JobAnswer>> call,
        Func<JobState, bool> isDone,
        Func<JobState, bool>? isAnother = null) =>
        AskAsync(name, text, call, answer => $"{answer.Outcome}", answer => answer.Outcome switch
        {
            JobOutcome.Done => Claim.OfRow(isDone).And(Claim.OfResize(answer.Resize)).With(answer.Job),
            JobOutcome.NotFound => Claim.OfRow(
                row => row.Record is null || isAnother?.Invoke(row) == true, isFromMemory: true),
            JobOutcome.AlreadyExists => Claim.OfRow(static row => row.Record is not null, isFromMemory: true),
            _ => null,
        });

    public Task<DeployAnswer?> DeployAsync(JobScript script)
    {
        var manifest = script.Manifest;
        var operation = NextOperation();
        return AskAsync(
            script.JobName,
            $"deploy {script.JobName} {script.GpuReq}-{script.GpuLim} x{script.Replicas} ({script.Number})",
            grain => grain.DeployAsync(new() { Manifest = manifest, OperationId = operation }),
            answer => $"{answer.Outcome} {answer.Problem}",
            answer => answer.Outcome switch
            {
                DeployOutcome.Created =>
                    Claim.OfRow(row => row.AddedBy == operation && row.Managed?.ManifestText == manifest)
                        .With(answer.Job),
                DeployOutcome.Unchanged =>
                    Claim.OfRow(row => row.Managed?.ManifestText == manifest, isFromMemory: true).With(answer.Job),
                DeployOutcome.Conflict => Claim.OfRow(static row => row.Record is not null, isFromMemory: true),
                _ => null,
            });
    }

    /// <summary>
    /// A repeat whose first try did it is told so, though the job is gone by then: as long as the store remembers that
    /// it was deleted.
    /// </summary>
    public Task<JobAnswer?> DeleteAsync(string name)
    {
        var operation = NextOperation();
        var forgotten = world.ForgottenChange;
        return AskAsync(
            name, $"delete {name} ({operation})", grain => grain.DeleteAsync(operation), answer => $"{answer.Outcome}",
            answer => answer.Outcome switch
            {
                JobOutcome.Done => Claim.OfRow(row => row.DeletedBy == operation),
                JobOutcome.NotFound => Claim.OfRow(
                    row => row.Record is null
                        && (row.DeletedBy != operation || world.ForgottenChange > forgotten),
                    isFromMemory: true),
                _ => null,
            });
    }

    public Task GetAsync(string name) => AskAsync(
        name, $"get {name}", grain => grain.GetAsync(), answer => $"{answer?.Status ?? "nothing"}",
        answer => Claim.OfRow(row => Claim.Same(row.Record, answer), isFromMemory: true));

    public Task DescribeAsync(string name) => AskAsync(
        name, $"describe {name}", grain => grain.DescribeAsync(), answer => $"{answer?.Reason}",
        Claim.OfDescription);
}
