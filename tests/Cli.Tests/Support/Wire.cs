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
         "completed_epochs": {{completed}}, "time_bw_checkpoints": {{Value(betweenCheckpoints)}},
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
         "attempt": 1, "reason": {{Text(reason)}}, "message": {{Text(message)}},
         "running_since": {{Text(runningSince)}}, "at_next_checkpoint": {{Value(atNextCheckpoint)}}}
        """;

    private static string Text(string? text) => text is null ? "null" : $"\"{text}\"";

    private static string Value<T>(T? number)
        where T : struct, IFormattable => number?.ToString(null, CultureInfo.InvariantCulture) ?? "null";

    /// <summary>A list of one block; of none where it has no GPUs.</summary>
    private static string Blocks(int first, int count) => count <= 0
        ? "[]"
        : $$"""[{"node": "node-0", "gpus": [{{string.Join(", ", Enumerable.Range(first, count))}}]}]""";

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
          "blocks": {{Blocks(0, gpus)}}, "reason": "{{reason}}", "at_next_checkpoint": {{Value(atNextCheckpoint)}},
          "is_admitted": {{(isAdmitted ?? gpus > 0 ? "true" : "false")}}},
         "held_gpus": {{held ?? gpus}}, "is_ending": {{(isEnding ? "true" : "false")}},
         "decided_at": "2030-01-01T00:00:00+00:00",
         "giving_back": {{Blocks(gpus, isEnding ? 0 : (held ?? gpus) - gpus)}}}
        """);

    public static string Capacity(int gpus, int free, params string[] allocations) => $$"""
        {"nodes": [{"name": "node-0", "gpu_count": {{gpus}}, "free_gpus": {{free}}, "is_simulated": true}],
         "allocations": [{{string.Join(", ", allocations)}}],
         "quotas": [{"namespace": "fine-tuning", "limit": 4, "used": 2}], "policy": "recent-checkpoint"}
        """;

    /// <summary>What is likely to become of a job; null: nobody can tell.</summary>
    public static string JobOutlook(string name, string? startsAt, int? startGpus, string? endsAt) => $$"""
        {"job_name": "{{name}}", "starts_at": {{Text(startsAt)}},
         "start_gpus": {{Value(startGpus)}}, "ends_at": {{Text(endsAt)}},
         "is_measured": true, "basis": "by its own checkpoints"}
        """;

    /// <summary>The same with what was decided; speeds and expected changes where it has an end.</summary>
    public static string Outlook(
        string name, string? startsAt, int? startGpus, string? endsAt, string queue = "null") => $$"""
        {"decided": {"uid": "u", "generation": 1, "gpu_count": 0, "blocks": [], "reason": "r", "is_admitted": false},
         "decided_at": "2030-01-01T00:00:00+00:00", "queue": {{queue}},
         "outlook": {{JobOutlook(name, startsAt, startGpus, endsAt)}},
         "pace": {{(endsAt is null ? "[]" : """
            [{"gpu_count": 4, "seconds_per_epoch": 12.5}, {"gpu_count": 8, "seconds_per_epoch": 7}]
            """)}},
         "restart_seconds": {{(endsAt is null ? "null" : "3")}},
         "expected": {{(endsAt is null ? "[]" : $$"""
            [{{Change("00:30", name, 0, 4, "admitted")}}, {{Change("01:00", name, 4, 8, "scaled up")}}]
            """)}}}
        """;

    /// <param name="at">An hour and a minute of the first day of 2030.</param>
    /// <param name="name">The job.</param>
    /// <param name="before">GPUs in all.</param>
    /// <param name="after">And from then on.</param>
    /// <param name="reason">Why.</param>
    public static string Change(string at, string name, int before, int after, string reason) => $$"""
        {"at": "2030-01-01T{{at}}:00+00:00", "job_name": "{{name}}", "gpus_before": {{before}},
         "gpus_after": {{after}}, "reason": "{{reason}}"}
        """;
}
