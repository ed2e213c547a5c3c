using Sluice.Cli.Doctoring;
using Sluice.Cli.Tests.Support;
using Sluice.Storage;
using Sluice.Testing;

namespace Sluice.Cli.Tests.Doctoring;

public sealed class DoctorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_server_that_does_its_work_is_found_so()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET /readyz", 200, "{}")
            .On("GET /metrics", 200, "target_info{service_name=\"sluice\",service_version=\"0.0.1\"} 1\n")
            .On("GET /api/v1/capacity", 200, Wire.Capacity(8, 2, Wire.Allocation("a", 6, "fits", held: 6)));

        var result = await RunAsync(server.Url);

        Assert.Equal(ExitCode.Done, result.Code);
        Assert.Contains("this command is", Line(result.Out, "server"), StringComparison.Ordinal);
        Assert.EndsWith("8 GPUs on 1 node, 2 free", Line(result.Out, "cluster"), StringComparison.Ordinal);
        Assert.EndsWith(
            "1 admitted, 0 waiting (policy recent-checkpoint)", Line(result.Out, "jobs"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(503, "it answers, and is not ready (503): look at its log")]
    [InlineData(200, "the server wants a token: give --token or set SLUICE_TOKEN")]
    public async Task A_server_that_does_not_is_a_problem_with_what_to_do(int ready, string expected)
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET /readyz", ready, "{}").On("GET /metrics", 401, "{}");

        var result = await RunAsync(server.Url);

        Assert.Equal(ExitCode.Failed, result.Code);
        Assert.StartsWith("PROBLEM", Line(result.Out, "server"), StringComparison.Ordinal);
        Assert.Contains(expected, Line(result.Out, "server"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_older_server_without_metrics_is_told()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET /readyz", 200, "{}").On("GET /api/v1/capacity", 200, Wire.Capacity(0, 0));

        var result = await RunAsync(server.Url);

        Assert.Equal(ExitCode.Done, result.Code);
        Assert.Contains("upgrade it", Line(result.Out, "server"), StringComparison.Ordinal);
        Assert.StartsWith("warning", Line(result.Out, "cluster"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_has_the_same_findings_and_a_machine_alone_asks_no_server()
    {
        var result = await new Shell().RunAsync(
            "doctor", "--no-server", "--data", Path.Combine(_folder.Path, "none"), "-o", "json");

        using var document = System.Text.Json.JsonDocument.Parse(result.Out);
        var subjects = document.RootElement.EnumerateArray().Select(one => one.GetProperty("subject").GetString());
        Assert.Equal(["machine", "open files", "gpus", "data folder"], subjects);
    }

    [Fact]
    public void A_folder_that_a_server_could_use_is_said_to_be_whole()
    {
        SluiceStore.Open(Options()).Dispose();

        var finding = DataChecks.Run(_folder.Path).First();

        Assert.Equal(Severity.Ok, finding.Severity);
        Assert.Contains("is whole", finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_is_served_from_is_left_alone()
    {
        using var store = SluiceStore.Open(Options());

        Assert.Contains("is served from", DataChecks.Run(_folder.Path).First().Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_made_in_a_folder_that_the_server_might_not_open_afterwards()
    {
        Assert.Equal(Severity.Ok, DataChecks.Run(_folder.Path).First().Severity);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
        SluiceStore.Open(Options()).Dispose();
        File.Delete(Path.Combine(_folder.Path, "sluice.lock"));
        var before = Directory.GetFileSystemEntries(_folder.Path);

        Assert.All(DataChecks.Run(_folder.Path), finding => Assert.NotEqual(Severity.Problem, finding.Severity));

        Assert.Equal(before, Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void Damage_is_found()
    {
        SluiceStore.Open(Options()).Dispose();
        using (var file = File.OpenWrite(Path.Combine(_folder.Path, "sluice.db")))
        {
            file.Position = 4_096;
            file.Write(Enumerable.Repeat((byte)0xA5, 4_096).ToArray());
        }

        var finding = DataChecks.Run(_folder.Path).First();

        Assert.Equal(Severity.Problem, finding.Severity);
        Assert.Contains("bring the last backup back", finding.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_somebody_else_is_no_database_of_Sluice()
    {
        File.WriteAllText(Path.Combine(_folder.Path, "sluice.db"), string.Concat(Enumerable.Repeat("no database ", 500)));

        Assert.Equal(Severity.Problem, DataChecks.Run(_folder.Path).First().Severity);
    }

    [Theory]
    [InlineData("ext4", Severity.Ok)]
    [InlineData("nfs4", Severity.Problem)]
    [InlineData("tmpfs", Severity.Warning)]
    public void The_file_system_must_be_a_local_disk(string format, object severity) =>
        Assert.Equal(severity, DataChecks.FileSystem(format).Severity);

    [Theory]
    [InlineData(1L << 20, Severity.Problem)]
    [InlineData(200L << 20, Severity.Warning)]
    [InlineData(2L << 30, Severity.Ok)]
    public void A_disk_that_fills_up_is_told_in_time(long free, object severity) =>
        Assert.Equal(severity, DataChecks.Space(free).Severity);

    [Theory]
    [InlineData(0.001, Severity.Ok)]
    [InlineData(0.2, Severity.Warning)]
    public void A_slow_disk_is_told(double seconds, object severity) =>
        Assert.Equal(severity, DataChecks.Flush(seconds).Severity);

    [Fact]
    public void Few_files_and_little_memory_are_told()
    {
        Assert.Equal(Severity.Warning, MachineChecks.OpenFiles(1024).Severity);
        Assert.Equal(Severity.Ok, MachineChecks.OpenFiles(1 << 20).Severity);
        Assert.Equal(Severity.Ok, MachineChecks.OpenFiles(null).Severity);
        Assert.Equal(Severity.Warning, MachineChecks.Memory(512L << 20).Severity);
        Assert.Equal(Severity.Ok, MachineChecks.Memory(8L << 30).Severity);
    }

    private static string Line(string text, string subject) =>
        text.Split('\n').First(line =>
            line.Length > 10 && line[10..].StartsWith(subject + " ", StringComparison.Ordinal));

    private async Task<ShellResult> RunAsync(string url) =>
        await new Shell().RunAsync("doctor", "--data", _folder.Path, "--server", url);

    private StoreOptions Options() => new()
    {
        DataDirectory = _folder.Path,
        Json = new(System.Text.Json.JsonSerializerOptions.Default),
    };
}
