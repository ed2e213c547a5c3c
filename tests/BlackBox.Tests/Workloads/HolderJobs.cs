using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sluice.BlackBox.Tests.Workloads;

/// <summary>
/// Manifests of jobs that note who they are and lock their GPUs (<c>holder.py</c>), and what they noted. How each ends
/// is told by files in the folder.
/// </summary>
internal sealed class HolderJobs(string folder)
{
    private static readonly string Script = Path.Combine(AppContext.BaseDirectory, "Hosting", "holder.py");

    private readonly string _folder = Directory.CreateDirectory(Path.Combine(folder, "jobs")).FullName;

    /// <summary>Starts, in their order; of one name only where one is given.</summary>
    public IReadOnlyList<Note> Starts(string? job = null) => Read("starts", job);

    /// <summary>TERM signals that were received.</summary>
    public IReadOnlyList<Note> Terms(string? job = null) => Read("terms", job);

    /// <summary>Checkpoints that were reported while TERM was handled, each with the answer.</summary>
    public IReadOnlyList<Note> Notified => Read("notified", job: null);

    /// <summary>Starts on a GPU that another process still held. Never any.</summary>
    public IReadOnlyList<Note> Violations => Read("violations", job: null);

    public void Finish(string job) => Tell("finish-" + job);

    public void FinishAll() => Tell("finish-all");

    public void Fail(string job) => Tell("fail-" + job);

    public void StopFailing(string job) => File.Delete(Path.Combine(_folder, "fail-" + job));

    /// <summary>From now on the job survives TERM until <see cref="LetDie"/>.</summary>
    public void MakeSlowToDie(string job) => Tell("slow-" + job);

    public void LetDie(string job) => Tell("die-" + job);

    /// <summary>From now on the job reports a checkpoint of epoch 7 while it handles TERM.</summary>
    public void NotifyOnTerm(string job) => Tell("notify-" + job);

    /// <summary>A Pod of one holder.</summary>
    /// <param name="name">Of the job.</param>
    /// <param name="least">GPUs it runs with.</param>
    /// <param name="most">GPUs it can use.</param>
    /// <param name="annotations">Such as <c>sluice.dev/priority: "1"</c>.</param>
    /// <param name="restartPolicy">As Kubernetes has it.</param>
    public string Pod(string name, int least, int most, string annotations = "", string restartPolicy = "Never") =>
        JobManifests.Pod(name, least, most, Command, annotations, restartPolicy);

    /// <summary>A Job of several holders.</summary>
    public string Gang(string name, int replicas, int least, int most, int backoffLimit = 0) =>
        JobManifests.Job(name, replicas, least, most, Command, backoffLimit);

    /// <summary>The command of a holder, for other manifests.</summary>
    public string Command => JobManifests.CommandOf("python3", Script, _folder);

    private void Tell(string file) => File.WriteAllText(Path.Combine(_folder, file), "");

    private List<Note> Read(string file, string? job)
    {
        var path = Path.Combine(_folder, file);
        return !File.Exists(path)
            ? []
            : [.. File.ReadLines(path).Select(line => JsonSerializer.Deserialize<Note>(line)!)
                .Where(note => job is null || note.Job == job)];
    }

    /// <summary>What a process noted of itself.</summary>
    public sealed record Note
    {
        [JsonPropertyName("job")]
        public required string Job { get; init; }

        [JsonPropertyName("uid")]
        public required string Uid { get; init; }

        [JsonPropertyName("attempt")]
        public required int Attempt { get; init; }

        [JsonPropertyName("rank")]
        public required int Rank { get; init; }

        [JsonPropertyName("pid")]
        public required int Pid { get; init; }

        [JsonPropertyName("status")]
        public int? Status { get; init; }

        [JsonPropertyName("gpus")]
        public required int[] Gpus { get; init; }

        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture, $"{Job} attempt {Attempt} rank {Rank} pid {Pid} on {string.Join(',', Gpus)}");
    }
}
