using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sluice.Manifests;

namespace Sluice.Gateway.OpenApi;

// These types only describe. What is sent and read is written by hand, and tests hold both against the contract.

[Description("What is known of a job, in this order of fields. Fields that a client added with /update_job follow.")]
internal sealed record Job(
    [property: JsonPropertyName("job_name"),
        Description("Unique; 1 to 253 characters without control characters or '/'.")]
    string JobName,
    [property: JsonPropertyName("gpu_req"), Description("GPUs a replica, the least it runs with; 0 to 1,000,000.")]
    int GpuReq,
    [property: JsonPropertyName("gpu_lim"), Description("GPUs a replica, the most it can use; gpu_req to 1,000,000.")]
    int GpuLim,
    [property: JsonPropertyName("gpu_assigned"), Description("GPUs a replica that it holds now; 0 to gpu_lim.")]
    int GpuAssigned,
    [property: JsonPropertyName("replicas"), Description("1 to 1,000,000.")] int Replicas,
    [property: JsonPropertyName("total_epochs"), Description("0 or more.")] double TotalEpochs,
    [property: JsonPropertyName("job_arrival_time"), Description("Seconds since the Unix epoch, UTC.")]
    double JobArrivalTime,
    [property: JsonPropertyName("last_checkpoint_time"), Description("Seconds since the Unix epoch, UTC.")]
    double LastCheckpointTime,
    [property: JsonPropertyName("completed_epochs"), Description("0 or more; fractions occur.")] double CompletedEpochs,
    [property: JsonPropertyName("time_bw_checkpoints"),
        Description("Seconds between the last two checkpoints; null before the first.")]
    double? TimeBwCheckpoints,
    [property: JsonPropertyName("status"), Description("Any text; 'completed' leaves the ranked lists.")] string Status,
    [property: JsonPropertyName("restarts"), Description("0 or more.")] int Restarts);

[Description("Why a request was refused.")]
internal sealed record Error(
    [property: JsonPropertyName("error"), Description("For people; names the field.")] string Text);

[Description("A message.")]
internal sealed record Message([property: JsonPropertyName("message")] string Text);

[Description("The job as it now is.")]
internal sealed record JobResult(
    [property: JsonPropertyName("message")] string Message,
    [property: JsonPropertyName("job")] Job Job);

[Description("The job as it now is; for a managed job that changes its GPU count at this checkpoint, the new count.")]
internal sealed record UpdatedJob(
    [property: JsonPropertyName("message")] string Message,
    [property: JsonPropertyName("job")] Job Job)
{
    [JsonPropertyName("resize")]
    public ResizeNow? Resize { get; init; }
}

[Description("The GPUs a replica from the next start on.")]
internal sealed record ResizeNow(
    [property: JsonPropertyName("gpus")] int Gpus,
    [property: JsonPropertyName("generation")] long Generation);

internal sealed record NewJob(
    [property: JsonPropertyName("job_name"), Description("1 to 253 characters without control characters or '/'.")]
    string JobName,
    [property: JsonPropertyName("gpu_req"), Description("0 to 1,000,000.")] int GpuReq,
    [property: JsonPropertyName("gpu_lim"), Description("gpu_req to 1,000,000.")] int GpuLim,
    [property: JsonPropertyName("gpu_assigned"), Description("0 to gpu_lim.")] int GpuAssigned)
{
    [JsonPropertyName("replicas"), Description("Default 1.")]
    public int? Replicas { get; init; }

    [JsonPropertyName("total_epochs"), Description("Default 0.")]
    public double? TotalEpochs { get; init; }

    [JsonPropertyName("job_arrival_time"), Description("Seconds since the Unix epoch; default now.")]
    public double? JobArrivalTime { get; init; }
}

internal sealed record CheckpointNotification(
    [property: JsonPropertyName("job_name")] string JobName,
    [property: JsonPropertyName("last_checkpoint_time"), Description("Seconds since the Unix epoch.")]
    double LastCheckpointTime,
    [property: JsonPropertyName("completed_epochs"), Description("0 or more.")] double CompletedEpochs)
{
    [JsonPropertyName("total_epochs")]
    public double? TotalEpochs { get; init; }

    [JsonPropertyName("sluice_run_uid")]
    [Description("SLUICE_RUN_UID of the trainer's environment; 404 where the job of that name is another by now.")]
    public string? RunUid { get; init; }
}

internal sealed record StatusChange(
    [property: JsonPropertyName("job_name")] string JobName,
    [property: JsonPropertyName("status"), Description("Any text that is not empty.")] string Status);

[Description("The fields to replace; others of any name are kept with the job.")]
internal sealed record JobChange([property: JsonPropertyName("job_name")] string JobName)
{
    [JsonPropertyName("gpu_req")]
    public int? GpuReq { get; init; }

    [JsonPropertyName("gpu_lim")]
    public int? GpuLim { get; init; }

    [JsonPropertyName("gpu_assigned")]
    public int? GpuAssigned { get; init; }

    [JsonPropertyName("replicas")]
    public int? Replicas { get; init; }

    [JsonPropertyName("total_epochs")]
    public double? TotalEpochs { get; init; }

    [JsonPropertyName("job_arrival_time")]
    public double? JobArrivalTime { get; init; }

    [JsonPropertyName("last_checkpoint_time")]
    public double? LastCheckpointTime { get; init; }

    [JsonPropertyName("completed_epochs")]
    public double? CompletedEpochs { get; init; }

    [JsonPropertyName("time_bw_checkpoints")]
    public double? TimeBwCheckpoints { get; init; }

    [JsonPropertyName("status")]
    public string? Status { get; init; }

    [JsonPropertyName("restarts")]
    public int? Restarts { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? More { get; init; }
}

internal sealed record JobName([property: JsonPropertyName("job_name")] string Name);

[Description("The job, and why it got what it got.")]
internal sealed record DeployedJob(
    [property: JsonPropertyName("message")] string Message,
    [property: JsonPropertyName("job")] Job Job)
{
    [JsonPropertyName("reason")]
    public string? Reason { get; init; }
}

[Description("The job to scale; without a name, the best candidate.")]
internal sealed record ScaleWish
{
    [JsonPropertyName("name")]
    public string? Name { get; init; }
}

[Description("GPUs a replica before and now. A null name: no job could use more.")]
internal sealed record ScaledJob([property: JsonPropertyName("name")] string? Name)
{
    [JsonPropertyName("previous")]
    public int? Previous { get; init; }

    [JsonPropertyName("assigned")]
    public int? Assigned { get; init; }

    [JsonPropertyName("at_next_checkpoint"), Description("What it gets at its next checkpoint.")]
    public int? AtNextCheckpoint { get; init; }

    [JsonPropertyName("reason")]
    public string? Reason { get; init; }
}

internal sealed record JobNamesToDelete(
    [property: JsonPropertyName("names"), Description("1 to 1,000 names.")] IReadOnlyList<string> Names);

internal sealed record Deletions([property: JsonPropertyName("results")] IReadOnlyList<Deletion> Results);

internal sealed record Deletion(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("deleted")] bool Deleted,
    [property: JsonPropertyName("message")] string Message);

[Description("Of requests.nvidia.com/gpu, as Kubernetes writes quantities.")]
internal sealed record Quota(
    [property: JsonPropertyName("limit")] string Limit,
    [property: JsonPropertyName("used")] string Used);

[Description("All that is known of a job.")]
internal sealed record JobDetails(
    [property: JsonPropertyName("job")] Job Job,
    [property: JsonPropertyName("is_managed"), Description("False: external.")] bool IsManaged,
    [property: JsonPropertyName("uid"), Description("Null for external jobs.")] string? Uid,
    [property: JsonPropertyName("kind"), Description("Pod, Job or PyTorchJob.")] string? Kind,
    [property: JsonPropertyName("namespace")] string? Namespace,
    [property: JsonPropertyName("generation"), Description("Of the allocation that is applied.")] long Generation,
    [property: JsonPropertyName("placement"), Description("Node and GPU indices of each replica.")] string? Placement,
    [property: JsonPropertyName("reason"), Description("Why it has what it has, or waits.")] string? Reason,
    [property: JsonPropertyName("attempt"), Description("Starts of its processes; 0 before the first.")] int Attempt,
    [property: JsonPropertyName("exit_code"), Description("Of the last attempt that ended by itself.")] int? ExitCode,
    [property: JsonPropertyName("message"), Description("What the executor last said.")] string? Message,
    [property: JsonPropertyName("scale_mode"), Description(ScaleModes.Either + ".")] string? ScaleMode,
    [property: JsonPropertyName("not_before"), Description("When it is started again.")] DateTimeOffset? NotBefore,
    [property: JsonPropertyName("started_at")] DateTimeOffset? StartedAt,
    [property: JsonPropertyName("ended_at")] DateTimeOffset? EndedAt,
    [property: JsonPropertyName("lost_seconds"),
        Description("Training since the last checkpoint that its stops lost, in all.")] double LostSeconds,
    [property: JsonPropertyName("last_lost_seconds"),
        Description("The same of its last stop.")] double? LastLostSeconds,
    [property: JsonPropertyName("last_loss_cause"),
        Description("Why it was stopped then: resized, preempted or failed.")] string? LastLossCause,
    [property: JsonPropertyName("running_since"),
        Description("Of the attempt that should run; null while it does not.")] DateTimeOffset? RunningSince,
    [property: JsonPropertyName("at_next_checkpoint"),
        Description(
            "GPUs a replica from its next checkpoint on; null: no change waits for it.")] int? AtNextCheckpoint);

[Description("Nodes, quotas, and the managed jobs that hold GPUs or wait for them.")]
internal sealed record ClusterCapacity(
    [property: JsonPropertyName("nodes")] IReadOnlyList<NodeCapacity> Nodes,
    [property: JsonPropertyName("allocations")] IReadOnlyList<JobAllocation> Allocations,
    [property: JsonPropertyName("quotas")] IReadOnlyList<NamespaceQuota> Quotas,
    [property: JsonPropertyName("policy"), Description("Who decides, such as recent-checkpoint.")] string Policy);

internal sealed record NodeCapacity(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("gpu_count")] int GpuCount,
    [property: JsonPropertyName("free_gpus")] int FreeGpus,
    [property: JsonPropertyName("is_simulated"), Description("True: its GPUs exist in name only.")] bool IsSimulated);

internal sealed record NamespaceQuota(
    [property: JsonPropertyName("namespace")] string Namespace,
    [property: JsonPropertyName("limit")] int Limit,
    [property: JsonPropertyName("used")] int Used);

internal sealed record JobAllocation(
    [property: JsonPropertyName("job_name")] string JobName,
    [property: JsonPropertyName("uid")] string Uid,
    [property: JsonPropertyName("decided")] DecidedAllocation Decided,
    [property: JsonPropertyName("held_gpus"), Description("Those not yet given back included.")] int HeldGpus,
    [property: JsonPropertyName("is_ending"), Description("Ended, and not yet confirmed.")] bool IsEnding,
    [property: JsonPropertyName("decided_at")] DateTimeOffset DecidedAt,
    [property: JsonPropertyName("giving_back"),
        Description("Held beside what is decided, and not yet given back; one a node.")]
    IReadOnlyList<DecidedBlock> GivingBack);

internal sealed record DecidedAllocation(
    [property: JsonPropertyName("uid")] string Uid,
    [property: JsonPropertyName("generation")] long Generation,
    [property: JsonPropertyName("gpu_count"), Description("GPUs a replica; 0 while it waits.")] int GpuCount,
    [property: JsonPropertyName("blocks"), Description("One a replica.")] IReadOnlyList<DecidedBlock> Blocks,
    [property: JsonPropertyName("reason")] string Reason,
    [property: JsonPropertyName("at_next_checkpoint")] int? AtNextCheckpoint,
    [property: JsonPropertyName("is_admitted"), Description("False: it waits, or stops and waits.")] bool IsAdmitted);

internal sealed record DecidedBlock(
    [property: JsonPropertyName("node")] string Node,
    [property: JsonPropertyName("gpus"), Description("Indices on the node.")] IReadOnlyList<int> Gpus);

[Description("Events in the order of their numbers.")]
internal sealed record EventList(
    [property: JsonPropertyName("events")] IReadOnlyList<Happened> Events,
    [property: JsonPropertyName("next"), Description("The after to go on with.")] long Next);

[Description("Something that happened. A null field does not apply.")]
internal sealed record Happened(
    [property: JsonPropertyName("number"), Description("From 1, without a gap, in the order of commits.")] long Number,
    [property: JsonPropertyName("time"), Description("When it happened, by the clock of who saw it.")]
    DateTimeOffset Time,
    [property: JsonPropertyName("job"), Description("The job's name.")] string? Job,
    [property: JsonPropertyName("uid"), Description("The job's uid.")] string? Uid,
    [property: JsonPropertyName("kind"), Description("What happened, such as resized; there may be more kinds.")]
    string Kind,
    [property: JsonPropertyName("reason"), Description("What and why, in one line.")] string Reason,
    [property: JsonPropertyName("gpus_before"), Description("GPUs a replica, of a node or of a quota.")]
    int? GpusBefore,
    [property: JsonPropertyName("gpus_after")] int? GpusAfter,
    [property: JsonPropertyName("generation"), Description("Of the allocation.")] long? Generation,
    [property: JsonPropertyName("attempt"), Description("The start of its processes, from 1.")] int? Attempt,
    [property: JsonPropertyName("restarts"), Description("After failures, so far.")] int? Restarts,
    [property: JsonPropertyName("exit_code")] int? ExitCode,
    [property: JsonPropertyName("lost_seconds"), Description("Training since the last checkpoint that was lost.")]
    double? LostSeconds,
    [property: JsonPropertyName("at_checkpoint"), Description("Decided at a checkpoint for which it had waited.")]
    bool AtCheckpoint,
    [property: JsonPropertyName("node")] string? Node,
    [property: JsonPropertyName("namespace")] string? Namespace);

internal sealed record Health([property: JsonPropertyName("status")] string Status);
