using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Sluice.BlackBox.Tests.Jobs;

namespace Sluice.BlackBox.Tests.StageQueues;

/// <summary>What <c>docs/stage-queue.md</c> shows, as it stands there; only the port is not 5000.</summary>
public sealed partial class DocumentedQueueTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private static readonly string Page = File.ReadAllText(
        Path.Combine(SluiceExecutable.RepositoryRoot, "docs", "stage-queue.md"));

    private readonly SluiceServer _server = shared.Server;

    [Fact]
    public async Task The_lines_of_curl_are_answered_as_they_are_said_to_be()
    {
        var lines = OnThisPort(BashBlock().Match(Page).Groups[1].Value).TrimEnd().Split('\n');
        for (var index = 0; index < lines.Length; index += 2)
        {
            Assert.Equal(lines[index + 1], $"#> {await new CurlLine(lines[index]).RunAsync()}");
        }
    }

    [Fact]
    public async Task The_worker_in_Python_does_all_jobs_of_its_list()
    {
        var script = _server.Write("documented.py", OnThisPort(PythonBlock().Match(Page).Groups[1].Value));
        using var process = Process.Start(new ProcessStartInfo("python3", [script]) { RedirectStandardError = true })!;
        var error = await process.StandardError.ReadToEndAsync().InTimeAsync();
        await process.WaitForExitAsync().InTimeAsync();
        Assert.Equal((0, ""), (process.ExitCode, error));

        var jobs = await new QueueClient(_server, "1180591620717411303424").JobsAsync();
        Assert.Equal(1000, jobs.Count);
        Assert.All(jobs, job => Assert.Equal(
            (2, $"/results/{job.Key}.h5"), ((int)job.Value["jobstage"]!, (string?)job.Value["filename"])));
    }

    private string OnThisPort(string text) => text.Replace(
        ":5000", string.Create(CultureInfo.InvariantCulture, $":{_server.Port}"), StringComparison.Ordinal);

    [GeneratedRegex("```bash\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex BashBlock();

    [GeneratedRegex("```python\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex PythonBlock();
}
