using System.Globalization;

namespace Sluice.Cli.Tests.Support;

/// <summary>Answers as the server writes them.</summary>
internal static class Wire
{
    public static string Job(
        string name,
        string status = "running",
        int assigned = 4,
        int completed = 3,
        double? betweenCheckpoints = 5,
        int replicas = 1) => string.Create(CultureInfo.InvariantCulture, $$"""
        {"job_name": "{{name}}", "gpu_req": 2, "gpu_lim": 8, "gpu_assigned": {{assigned}}, "replicas": {{replicas}},
         "total_epochs": 12, "job_arrival_time": 1893455000, "last_checkpoint_time": 1893455930.5,
         "completed_epochs": {{completed}}, "time_bw_checkpoints": {{betweenCheckpoints?.ToString(CultureInfo.InvariantCulture) ?? "null"}},
         "status": "{{status}}", "restarts": 1}
        """);

    /// <param name="name">The job.</param>
    /// <param name="status">Its status.</param>
    /// <param name="runningSince">An instant; null: it does not run.</param>
    /// <param name="assigned">GPUs a replica.</param>
    /// <param name="atNextCheckpoint">Those that wait for one.</param>
    /// <param name="reason">Why.</param>
    /// <param name="message">What the executor said.</param>
    /// <param name="isManaged">False: external.</param>
    public static string Description(
        string name,
        string status = "running",
        string? runningSince = null,
        int assigned = 4,
        int? atNextCheckpoint = null,
        string? reason = null,
        string? message = null,
        bool isManaged = true) => $$"""
        {"job": {{Job(name, status, assigned)}}, "is_managed": {{(isManaged ? "true" : "false")}}, "generation": 3,
         "attempt": 1, "reason": {{Text(reason)}}, "message": {{Text(message)}}, "running_since": {{Text(runningSince)}},
         "at_next_checkpoint": {{atNextCheckpoint?.ToString(CultureInfo.InvariantCulture) ?? "null"}}}
        """;

    private static string Text(string? text) => text is null ? "null" : $"\"{text}\"";

    public static string Allocation(
        string name,
        int gpus,
        string reason,
        long generation = 7,
        int? held = null,
        int? atNextCheckpoint = null,
        bool isEnding = false,
        bool? isAdmitted = null) => string.Create(CultureInfo.InvariantCulture, $$"""
        {"job_name": "{{name}}", "uid": "u-{{name}}",
         "decided": {"uid": "u-{{name}}", "generation": {{generation}}, "gpu_count": {{gpus}},
          "blocks": [{{(gpus > 0 ? $$"""{"node": "node-0", "gpus": [{{string.Join(", ", Enumerable.Range(0, gpus))}}]}""" : "")}}],
          "reason": "{{reason}}", "at_next_checkpoint": {{atNextCheckpoint?.ToString(CultureInfo.InvariantCulture) ?? "null"}},
          "is_admitted": {{(isAdmitted ?? gpus > 0 ? "true" : "false")}}},
         "held_gpus": {{held ?? gpus}}, "is_ending": {{(isEnding ? "true" : "false")}}, "decided_at": "2030-01-01T00:00:00+00:00",
         "giving_back": [{{(held > gpus && !isEnding ? $$"""{"node": "node-0", "gpus": [{{string.Join(", ", Enumerable.Range(gpus, held.Value - gpus))}}]}""" : "")}}]}
        """);

    public static string Capacity(int gpus, int free, params string[] allocations) => $$"""
        {"nodes": [{"name": "node-0", "gpu_count": {{gpus}}, "free_gpus": {{free}}, "is_simulated": true}],
         "allocations": [{{string.Join(", ", allocations)}}],
         "quotas": [{"namespace": "fine-tuning", "limit": 4, "used": 2}], "policy": "recent-checkpoint"}
        """;
}
