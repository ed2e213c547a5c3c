using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;
using Sluice.Cli.Tests.Support;

namespace Sluice.Cli.Tests.Queue;

/// <summary>The routes of one list on a fake server: it keeps what is added, and tells it again.</summary>
internal sealed class QueueList
{
    private readonly FakeServer _server;
    private readonly SortedDictionary<long, (int Stage, string Command)> _jobs = [];

    public QueueList(FakeServer server)
    {
        _server = server;
        server.On("POST /set", Add);
        server.On("GET /api/v1/queue", _ => Report());
        server.On("GET /api/v1/queue/jobs", Page);
        server.On("PUT /api/v1/queue/settings", 200, """{"redeliver":true,"max_attempts":5}""");
    }

    /// <summary>Id, stage and command of each job, by id.</summary>
    public IEnumerable<string> Jobs => _jobs.Select(job => $"{job.Key} {job.Value.Stage} {job.Value.Command}");

    /// <summary>How many jobs came with each request.</summary>
    public List<int> Sets { get; } = [];

    /// <summary>Fields of the jobs that are flagged, beside those of all.</summary>
    public Dictionary<long, string> Flagged { get; } = [];

    public int PageJobs { get; set; } = 1000;

    public QueueList With(long id, int stage = 0, string command = "null")
    {
        _jobs[id] = (stage, command);
        return this;
    }

    /// <summary>How far a list is, as the server tells it.</summary>
    public static string Report(
        int jobs, int last, double progress, int flagged,
        params (int Stage, int Jobs, int HandedOut, int Flagged)[] stages) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""
        {"job_count":{{jobs}},"stages":[{{string.Join(',', stages.Select(Stage))}}],"last_stage":{{last}},
         "progress":{{progress}},"flagged":{{flagged}},"settings":{"redeliver":false,"max_attempts":5},"version":"7"}
        """);

    /// <summary>A job as the server tells it.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="stage">Where it is.</param>
    /// <param name="command">JSON.</param>
    /// <param name="more">Further fields, each with a comma before it.</param>
    public static string Job(long id, int stage, string command, string more = "") => string.Create(
        CultureInfo.InvariantCulture, $$"""{"jobid":{{id}},"jobstage":{{stage}},"jobcmd":{{command}},""")
        + """ "filename":null,"date_committed":"2030-01-01T00:00:00Z","handed_out":false,""".TrimStart()
        + """ "until":null,"flagged_at":null,"failed_attempts":0""".TrimStart() + more + "}";

    private static string Stage((int Stage, int Jobs, int HandedOut, int Flagged) one) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""
        {"stage":{{one.Stage}},"job_count":{{one.Jobs}},"handed_out":{{one.HandedOut}},"flagged":{{one.Flagged}},
         "lifetime_minutes":{{(one.Stage % 2 == 0 ? "0" : "10")}}}
        """);

    private string Report() => Report(_jobs.Count, 2, 0, 0, (0, _jobs.Count, 0, 0));

    private string Add(SeenRequest request)
    {
        using var unpacked = new ZLibStream(new MemoryStream(request.Bytes), CompressionMode.Decompress);
        using var reader = new StreamReader(unpacked, Encoding.UTF8);
        var set = JsonNode.Parse(reader.ReadToEnd())!.AsObject();
        Sets.Add(set.Count);
        foreach (var (id, job) in set)
        {
            var command = job!["jobcmd"]?.ToJsonString() ?? "null";
            _jobs.TryAdd(long.Parse(id, CultureInfo.InvariantCulture), ((int)job["jobstage"]!, command));
        }

        return $"Accepted to {request.Jobix}!";
    }

    private string Page(SeenRequest request)
    {
        var query = QueryHelpers.ParseQuery(request.Query);
        var after = query.TryGetValue("after", out var given)
            ? long.Parse(given.Single()!, CultureInfo.InvariantCulture)
            : long.MinValue;
        var max = Math.Min(PageJobs, int.Parse(query["max"].Single()!, CultureInfo.InvariantCulture));
        var found = _jobs
            .Where(job => job.Key > after && (!query.ContainsKey("flagged") || Flagged.ContainsKey(job.Key))).ToList();
        var page = found.Take(max).ToList();
        var next = found.Count > max ? page[^1].Key.ToString(CultureInfo.InvariantCulture) : "null";
        var jobs = page.Select(job =>
            Job(job.Key, job.Value.Stage, job.Value.Command, Flagged.GetValueOrDefault(job.Key, "")));
        return $$"""{"jobs":[{{string.Join(',', jobs)}}],"next":{{next}}}""";
    }
}
