using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Sluice.BlackBox.Tests.Workloads;

namespace Sluice.BlackBox.Tests.Commands;

/// <summary>What happened and why, over HTTP and with the command.</summary>
public sealed class EventTests
{
    [Fact]
    public async Task Events_go_on_by_number_after_a_kill_and_a_follower_misses_and_repeats_none()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "2");
        var jobs = new HolderJobs(server.Folder);
        await server.RunJobAsync(jobs, jobs.Pod("first", 1, 2));
        using var follower = new Follower(server);
        await Patience.UntilAsync(() => follower.Lines.Any(line => Kind(line) == "running"), "the follower follows");

        (await server.DeployAsync(jobs.Pod("second", 1, 1))).Must(HttpStatusCode.Created);
        var acknowledged = await EventsAsync(server);
        server.Kill();
        await server.StartAsync();

        Assert.Equal(acknowledged, (await EventsAsync(server)).Take(acknowledged.Count));
        Assert.Single(acknowledged, line => Job(line) == "second" && Kind(line) == "deployed");
        await server.RunsWithAsync(jobs, "second", 1);
        await server.RunsWithAsync(jobs, "first", 1);
        jobs.Finish("first"); // alone, or it may be given the other's GPU in the moment in which it ends
        await server.StatusEventuallyAsync("first", "completed");
        jobs.Finish("second");
        await server.StatusEventuallyAsync("second", "completed");

        var all = await EventsAsync(server);
        Assert.Equal(Enumerable.Range(1, all.Count), all.Select(line => (int)JsonNode.Parse(line)!["number"]!));
        await Patience.UntilAsync(() => follower.Lines.Count >= all.Count, "the follower has them all");
        Assert.Equal(130, await follower.InterruptAsync());
        Assert.Equal(all, follower.Lines.Take(all.Count));

        var kinds = all.Where(line => Job(line) == "first").Select(Kind).ToList();
        Assert.Equal(["deployed", "admitted", "running", "resized", "stopped", "running"], kinds.Take(6));
        Assert.Equal("completed", kinds[^1]);
        Assert.Contains(all, line => Kind(line) == "stopped" && (double)JsonNode.Parse(line)!["lost_seconds"]! > 0);
        Assert.Contains(all, line => Kind(line) == "resized"
            && ((string)JsonNode.Parse(line)!["reason"]!).Contains("second needs 1 GPU", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_command_prints_one_line_an_event_newest_last()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "2", "--quota", "team=1");
        Assert.Equal(2, Lines((await server.RunAsync("events")).Output).Length);
        var jobs = new HolderJobs(server.Folder);
        await server.RunJobAsync(jobs, jobs.Pod("brief", 1, 2));
        jobs.Finish("brief");
        await server.StatusEventuallyAsync("brief", "completed");

        var lines = Lines((await server.RunAsync("events", "brief")).Output);

        Assert.Equal(
            ["deployed", "admitted", "running", "completed"],
            lines.Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3]));
        Assert.EndsWith("admitted with 2 of 1 to 2 GPUs: 2 were free", lines[1], StringComparison.Ordinal);
        Assert.Equal([lines[^1]], Lines((await server.RunAsync("events", "brief", "-n", "1")).Output));
        Assert.Contains("team may hold 1 GPU", (await server.RunAsync("events")).Output, StringComparison.Ordinal);
    }

    private static string[] Lines(string output) => output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static string? Kind(string line) => (string?)JsonNode.Parse(line)!["kind"];

    private static string? Job(string line) => (string?)JsonNode.Parse(line)!["job"];

    private static async Task<List<string>> EventsAsync(SluiceServer server) =>
    [
        .. (await server.Api.GetAsync("/api/v1/events?after=0&limit=1000")).Must(HttpStatusCode.OK)
            .Json["events"]!.AsArray().Select(told => Answer.CompactOf(told!)),
    ];

    /// <summary><c>sluice events -f -o json</c>, as a person leaves it running.</summary>
    private sealed class Follower : IDisposable
    {
        private readonly Process _process;

        public Follower(SluiceServer server)
        {
            var start = new ProcessStartInfo(
                SluiceExecutable.Path, ["events", "-f", "-n", "1000", "-o", "json", "--server", server.Address.ToString()])
            {
                RedirectStandardOutput = true,
            };
            SluiceExecutable.SetVariables(start, new Dictionary<string, string?>());
            _process = Process.Start(start)!;
            _process.OutputDataReceived += (_, line) =>
            {
                if (line.Data is { } text)
                {
                    Lines.Enqueue(Answer.CompactOf(JsonNode.Parse(text)!));
                }
            };
            _process.BeginOutputReadLine();
        }

        public ConcurrentQueue<string> Lines { get; } = new();

        /// <returns>The exit status.</returns>
        public async Task<int> InterruptAsync()
        {
            Signals.SendTerm(_process.Id);
            await _process.WaitForExitAsync().InTimeAsync();
            return _process.ExitCode;
        }

        public void Dispose()
        {
            if (!_process.HasExited)
            {
                _process.Kill();
            }

            _process.Dispose();
        }
    }
}
