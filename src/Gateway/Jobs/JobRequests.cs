using Sluice.Gateway.Http;
using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Gateway.Jobs;

/// <summary>
/// Makes commands of bodies. What must be there is asked first, in the documented order, then what type it is; what
/// range it must be in is the job's own business.
/// </summary>
internal static class JobRequests
{
    private const string NameRequired = "job_name is required";
    private const string CheckpointRequired = "job_name, last_checkpoint_time, and completed_epochs are required";
    private const string StatusRequired = "job_name and status are required";

    public static JobRequest<AddJob> ReadAdd(ReadOnlySpan<byte> body, string operationId)
    {
        if (JobFields.Read(body, keepExtra: false, out var fields) is { } unreadable)
        {
            return JobRequest.Refuse<AddJob>(unreadable);
        }

        if (FindMissing(fields) is { } missing) return JobRequest.Refuse<AddJob>(missing);

        var checks = new FieldChecks();
        var name = checks.Text(fields.JobName, "job_name");
        checks.Must(JobNames.IsValid(name), JobNames.Problem);
        var gpuReq = checks.Integer(fields.GpuReq, "gpu_req");
        var gpuLim = checks.Integer(fields.GpuLim, "gpu_lim");
        var gpuAssigned = checks.Integer(fields.GpuAssigned, "gpu_assigned");
        var replicas = checks.Integer(fields.Replicas, "replicas");
        var totalEpochs = checks.Number(fields.TotalEpochs, "total_epochs");
        var jobArrivalTime = checks.Number(fields.JobArrivalTime, "job_arrival_time");
        return checks.Problem is { } problem
            ? JobRequest.Refuse<AddJob>(problem)
            : new(null, name!, new AddJob
            {
                GpuReq = gpuReq!.Value,
                GpuLim = gpuLim!.Value,
                GpuAssigned = gpuAssigned!.Value,
                Replicas = replicas,
                TotalEpochs = totalEpochs,
                JobArrivalTime = jobArrivalTime,
                OperationId = operationId,
            });
    }

    public static JobRequest<UpdateCheckpoint> ReadCheckpoint(ReadOnlySpan<byte> body)
    {
        if (JobFields.Read(body, keepExtra: false, out var fields) is { } unreadable)
        {
            return JobRequest.Refuse<UpdateCheckpoint>(unreadable);
        }

        if (fields.JobName.IsMissingOrEmpty
            || fields.LastCheckpointTime.State is FieldState.Missing
            || fields.CompletedEpochs.State is FieldState.Missing)
        {
            return JobRequest.Refuse<UpdateCheckpoint>(CheckpointRequired);
        }

        var checks = new FieldChecks();
        var name = checks.Text(fields.JobName, "job_name");
        var lastCheckpointTime = checks.Number(fields.LastCheckpointTime, "last_checkpoint_time");
        var completedEpochs = checks.Number(fields.CompletedEpochs, "completed_epochs");
        var totalEpochs = checks.Number(fields.TotalEpochs, "total_epochs");
        var runUid = checks.Text(fields.RunUid, "sluice_run_uid");
        return checks.Problem is { } problem
            ? JobRequest.Refuse<UpdateCheckpoint>(problem)
            : new(null, name!, new UpdateCheckpoint
            {
                LastCheckpointTime = lastCheckpointTime!.Value,
                CompletedEpochs = completedEpochs!.Value,
                TotalEpochs = totalEpochs,
                RunUid = runUid,
            });
    }

    public static JobRequest<UpdateStatus> ReadStatus(ReadOnlySpan<byte> body)
    {
        if (JobFields.Read(body, keepExtra: false, out var fields) is { } unreadable)
        {
            return JobRequest.Refuse<UpdateStatus>(unreadable);
        }

        if (fields.JobName.IsMissingOrEmpty || fields.Status.IsMissingOrEmpty)
        {
            return JobRequest.Refuse<UpdateStatus>(StatusRequired);
        }

        var checks = new FieldChecks();
        var name = checks.Text(fields.JobName, "job_name");
        var status = checks.Text(fields.Status, "status");
        return checks.Problem is { } problem
            ? JobRequest.Refuse<UpdateStatus>(problem)
            : new(null, name!, new UpdateStatus { Status = status! });
    }

    public static JobRequest<UpdateJob> ReadUpdate(ReadOnlySpan<byte> body)
    {
        if (JobFields.Read(body, keepExtra: true, out var fields) is { } unreadable)
        {
            return JobRequest.Refuse<UpdateJob>(unreadable);
        }

        if (fields.JobName.IsMissingOrEmpty) return JobRequest.Refuse<UpdateJob>(NameRequired);

        var checks = new FieldChecks();
        var name = checks.Text(fields.JobName, "job_name");
        var command = new UpdateJob
        {
            GpuReq = checks.Integer(fields.GpuReq, "gpu_req"),
            GpuLim = checks.Integer(fields.GpuLim, "gpu_lim"),
            GpuAssigned = checks.Integer(fields.GpuAssigned, "gpu_assigned"),
            Replicas = checks.Integer(fields.Replicas, "replicas"),
            TotalEpochs = checks.Number(fields.TotalEpochs, "total_epochs"),
            JobArrivalTime = checks.Number(fields.JobArrivalTime, "job_arrival_time"),
            LastCheckpointTime = checks.Number(fields.LastCheckpointTime, "last_checkpoint_time"),
            CompletedEpochs = checks.Number(fields.CompletedEpochs, "completed_epochs"),
            TimeBwCheckpoints = checks.Number(fields.TimeBwCheckpoints, "time_bw_checkpoints"),
            Status = checks.Text(fields.Status, "status"),
            Restarts = checks.Integer(fields.Restarts, "restarts"),
            Extra = fields.Extra,
        };
        return checks.Problem is { } problem ? JobRequest.Refuse<UpdateJob>(problem) : new(null, name!, command);
    }

    public static JobRequest<IncrementRestarts> ReadIncrement(
        ReadOnlySpan<byte> body, string operationId, string? requestDigest) =>
        ReadName(body, new IncrementRestarts { OperationId = operationId, RequestDigest = requestDigest });

    /// <summary>The command is the operation id.</summary>
    public static JobRequest<string> ReadDelete(ReadOnlySpan<byte> body, string operationId) =>
        ReadName(body, operationId);

    private static JobRequest<TCommand> ReadName<TCommand>(ReadOnlySpan<byte> body, TCommand command)
        where TCommand : notnull
    {
        if (JobFields.Read(body, keepExtra: false, out var fields) is { } unreadable)
        {
            return JobRequest.Refuse<TCommand>(unreadable);
        }

        if (fields.JobName.IsMissingOrEmpty) return JobRequest.Refuse<TCommand>(NameRequired);
        return new(fields.JobName.FindProblem("job_name"), fields.JobName.Value ?? "", command);
    }

    private static string? FindMissing(in JobFields fields) =>
        fields.JobName.IsMissingOrEmpty ? NameRequired
        : fields.GpuReq.State is FieldState.Missing ? "gpu_req is required"
        : fields.GpuLim.State is FieldState.Missing ? "gpu_lim is required"
        : fields.GpuAssigned.State is FieldState.Missing ? "gpu_assigned is required"
        : null;
}
