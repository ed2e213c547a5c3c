using System.Text.Json;
using Sluice.Cli.Tests.Support;
using Sluice.Testing;

namespace Sluice.Cli.Tests.Playing;

public sealed class LabCommandTests : IDisposable
{
    private static readonly string[] Small =
        ["lab", "--generate", "jobs=5,hours=1,count=2", "--scenario", "P2", "--policy", "afs,equal"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_table_has_a_row_a_game_and_the_mean_of_each_policy()
    {
        var result = await new Shell().RunAsync(Small);

        Assert.Equal((ExitCode.Done, ""), (result.Code, result.Error));
        var rows = result.Out.TrimEnd().Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(
            [
                "SCENARIO POLICY WORKLOAD", "P2 afs generated-1", "P2 afs generated-2", "P2 afs mean",
                "P2 equal generated-1", "P2 equal generated-2", "P2 equal mean",
            ],
            rows.Select(cells => string.Join(' ', cells.Take(3))));
    }

    [Fact]
    public async Task As_json_a_game_has_all_metrics_and_the_same_seed_gives_the_same()
    {
        var result = await new Shell().RunAsync([.. Small, "-o", "json", "--seed", "4"]);

        using var document = JsonDocument.Parse(result.Out);
        Assert.Equal(6, document.RootElement.GetArrayLength());
        var game = document.RootElement[0];
        Assert.Equal("generated-4", game.GetProperty("workload").GetString());
        Assert.InRange(game.GetProperty("metrics").GetProperty("avg_jct").GetDouble(), 1, 1e6);
        Assert.Equal(result.Out, (await new Shell().RunAsync([.. Small, "-o", "json", "--seed", "4"])).Out);
    }

    [Fact]
    public async Task Variants_are_played_instead()
    {
        var result = await new Shell().RunAsync([.. Small, "--variants", "2", "--seed", "3"]);

        Assert.Contains("generated-3~3", result.Out, StringComparison.Ordinal);
        Assert.Contains("generated-4~4", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gangs_are_played_instead()
    {
        var result = await new Shell().RunAsync([.. Small, "--gang", "8"]);

        Assert.Contains("generated-1+gang8", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_game_is_written_as_csv_picture_and_decisions()
    {
        string Path(string name) => System.IO.Path.Combine(_folder.Path, name);
        var result = await new Shell().RunAsync(
            "lab", "--generate", "jobs=3,count=1", "--scenario", "P2", "--policy", "fifo",
            "--csv", Path("all.csv"), "--gantt", Path("one.svg"), "--decisions", Path("why.txt"));

        Assert.Equal((ExitCode.Done, ""), (result.Code, result.Error));
        Assert.Equal(2, (await File.ReadAllLinesAsync(Path("all.csv"))).Length);
        Assert.StartsWith("<svg", await File.ReadAllTextAsync(Path("one.svg")), StringComparison.Ordinal);
        var decisions = await File.ReadAllLinesAsync(Path("why.txt"));
        Assert.Equal(3, decisions.Length);
        Assert.All(decisions, line => Assert.EndsWith("GPUs were free", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Decisions_go_to_standard_output_in_place_of_the_table()
    {
        var result = await new Shell().RunAsync(
            "lab", "--generate", "jobs=3,count=1", "--scenario", "P2", "--policy", "fifo", "--decisions", "-");

        Assert.Equal(3, result.Out.TrimEnd().Split('\n').Length);
    }

    [Fact]
    public async Task Without_recorded_workloads_made_up_ones_are_played_and_that_is_said()
    {
        var result = await new Shell().With("SLUICE_LAB_DATA", _folder.Path).RunAsync(
            "lab", "--scenario", "P1", "--policy", "fifo");

        Assert.Equal(ExitCode.Done, result.Code);
        Assert.Equal(
            $"{_folder.Path} has no recorded workloads: playing some that are made up\n", result.Error);
        Assert.Contains("generated-3", result.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--policy: there is no 'magic'; there are ", "--policy", "afs,magic")]
    [InlineData("--scenario: there is no 'P9'; there are P0, P1, P2, P3, P5, P5s", "--scenario", "P9")]
    [InlineData(
        "--policy: tiresias suspends jobs, which the scenario does not allow", "--policy", "tiresias", "--scenario", "P5")]
    [InlineData("--generate takes jobs=N, hours=N and count=N, not 'size=3'", "--generate", "size=3")]
    [InlineData("--generate: jobs must be a whole number from 1 to 10000, not 'jobs=0'", "--generate", "jobs=0")]
    [InlineData("--gpus must be a whole number from 1 to 65536, not '0'", "--gpus", "0")]
    [InlineData("--generate makes workloads up; ", "--generate", "jobs=1", "--workload", "all")]
    [InlineData("--decisions - and --output json both write", "--decisions", "-", "-o", "json")]
    [InlineData("--gantt is for one game, and these are ", "--generate", "jobs=1", "--gantt", "a.svg")]
    [InlineData(
        "--gantt: a picture shows at most 2000 jobs, and there are 2001",
        "--generate", "jobs=2001,count=1", "--scenario", "P2", "--policy", "fifo", "--gantt", "a.svg")]
    public async Task A_wrong_option_is_named(string told, params string[] arguments)
    {
        var result = await new Shell().With("SLUICE_LAB_DATA", _folder.Path).RunAsync(["lab", .. arguments]);

        Assert.Equal(ExitCode.Usage, result.Code);
        Assert.Contains(told, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_without_workloads_and_a_file_that_cannot_be_written_are_named()
    {
        (await new Shell().RunAsync("lab", "--data", _folder.Path)).HasFailed(
            ExitCode.Failed, $"--data: {_folder.Path} has no applications.csv and workloads");

        var result = await new Shell().RunAsync([.. Small, "--csv", Path.Combine(_folder.Path, "no", "all.csv")]);
        Assert.StartsWith("sluice: --csv: ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_written_is_told_before_anything_is_played()
    {
        var csv = Path.Combine(_folder.Path, "all.csv");
        var result = await new Shell().RunAsync(
            "lab", "--generate", "jobs=3,count=1", "--scenario", "P2", "--policy", "fifo", "--csv", csv,
            "--gantt", Path.Combine(_folder.Path, "no", "one.svg"));

        Assert.Equal(ExitCode.Failed, result.Code);
        Assert.StartsWith("sluice: --gantt: ", result.Error, StringComparison.Ordinal);
        Assert.Equal("", await File.ReadAllTextAsync(csv));
    }

    [Fact]
    public async Task An_interrupted_one_ends_with_the_status_of_that()
    {
        using var source = new CancellationTokenSource();
        await source.CancelAsync();

        Assert.Equal(ExitCode.Interrupted, (await new Shell().RunAsync(Small, source.Token)).Code);
    }
}
