using System.Globalization;
using System.Text.Json;
using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Grains.Jobs;

/// <summary>The ranges of the job record's fields. Pure.</summary>
public static class JobRules
{
    /// <summary>Most GPUs, and most replicas.</summary>
    public const long MaxCount = 1_000_000;

    /// <summary>Times lie within plus and minus this many seconds of the epoch.</summary>
    public const double MaxTimeSeconds = 1e12;

    /// <summary>Largest record, as JSON.</summary>
    public const int MaxRecordBytes = 64 * 1024;

    /// <summary>What is wrong with a name, or null.</summary>
    public static string? CheckName(string name) => JobNames.IsValid(name) ? null : JobNames.Problem;

    /// <summary>What is wrong with counts, before they become a record; null: nothing.</summary>
    public static string? CheckCounts(long gpuReq, long gpuLim, long gpuAssigned, long replicas, long restarts = 0) =>
        gpuReq is < 0 or > MaxCount ? $"gpu_req must be from 0 to {MaxCount}"
        : gpuLim < gpuReq || gpuLim > MaxCount ? $"gpu_lim must be from gpu_req ({gpuReq}) to {MaxCount}"
        : gpuAssigned < 0 || gpuAssigned > gpuLim ? $"gpu_assigned must be from 0 to gpu_lim ({gpuLim})"
        : replicas is < 1 or > MaxCount ? $"replicas must be from 1 to {MaxCount}"
        : restarts is < 0 or > int.MaxValue ? $"restarts must be from 0 to {int.MaxValue}"
        : null;

    /// <summary>What is wrong with the other fields of a record; null: nothing.</summary>
    public static string? Check(JobRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return CheckName(record.JobName)
            ?? CheckNotNegative("total_epochs", record.TotalEpochs)
            ?? CheckTime("job_arrival_time", record.JobArrivalTime, MaxTimeSeconds)
            ?? CheckTime("last_checkpoint_time", record.LastCheckpointTime, MaxTimeSeconds)
            ?? CheckNotNegative("completed_epochs", record.CompletedEpochs)
            ?? (record.TimeBwCheckpoints is { } between
                ? CheckTime("time_bw_checkpoints", between, 2 * MaxTimeSeconds)
                : null)
            ?? (record.Status.Length == 0 ? "status must be a text that is not empty" : null);
    }

    /// <summary>True where the record is over its limit as JSON.</summary>
    public static bool IsTooLarge(JobRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        // Only extra fields and the status are unbounded: most records need no encoding to tell.
        var roughly = record.Status.Length + record.Extra.Sum(field => field.Name.Length + field.Json.Length);
        return roughly > 4096
            && JsonSerializer.SerializeToUtf8Bytes(record, GrainsJsonContext.Default.JobRecord).Length > MaxRecordBytes;
    }

    private static string? CheckNotNegative(string field, Number value) =>
        value.Value >= 0 && double.IsFinite(value.Value) ? null : $"{field} must be a number of 0 or more";

    private static string? CheckTime(string field, Number value, double most) =>
        Math.Abs(value.Value) <= most
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"{field} must be within ±{most:0e0} seconds");
}
