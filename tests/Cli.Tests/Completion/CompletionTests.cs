using Sluice.Cli.Tests.Support;

namespace Sluice.Cli.Tests.Completion;

public sealed class CompletionTests
{
    [Theory]
    [InlineData("sluice de", "delete", "demo", "deploy")]
    [InlineData("sluice jobs -o ", "json", "table")]
    [InlineData("sluice completion b", "bash")]
    [InlineData("sluice demo --policy ada", "adaptive")]
    [InlineData("sluice queue exp", "expired", "export")]
    [InlineData("sluice queue export --format ", "csv", "jsonl")]
    [InlineData("sluice queue create --no", "--no-redeliver")]
    [InlineData("sluice deploy --dr", "--dry-run")]
    public async Task Commands_options_and_values_are_suggested(string line, params string[] expected) =>
        Assert.Equal(expected, await SuggestAsync(new Shell(), line));

    [Theory]
    [InlineData("sluice job w")]
    [InlineData("sluice logs w")]
    [InlineData("sluice delete -n w")]
    [InlineData("sluice delete other w")]
    [InlineData("sluice scale --name w")]
    public async Task Names_of_jobs_are_suggested_from_the_server(string line)
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET /get_all_jobs", 200, $"[{Wire.Job("wide")}, {Wire.Job("small")}]");

        // The server answers in time.
        var shell = new Shell { Time = { LongestWait = TimeSpan.Zero } };
        var suggested = await SuggestAsync(shell.With("SLUICE_URL", server.Url), line);

        Assert.Contains("wide", suggested);
        Assert.DoesNotContain("small", suggested);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_in_time_suggests_nothing()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET /get_all_jobs", 200, $"[{Wire.Job("xylophone")}]");

        Assert.Empty(await SuggestAsync(new Shell().With("SLUICE_URL", server.Url), "sluice job xyl"));
    }

    [Theory]
    [InlineData(503)]
    [InlineData(200)]
    public async Task A_server_that_has_no_names_to_give_suggests_nothing_and_says_nothing(int status)
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET /get_all_jobs", status, "nonsense");

        Assert.Empty(await SuggestAsync(new Shell().With("SLUICE_URL", server.Url), "sluice job xyl"));
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    public async Task Each_shell_has_its_script(string shell)
    {
        var result = await new Shell().RunAsync("completion", shell);

        Assert.Equal((ExitCode.Done, ""), (result.Code, result.Error));
        Assert.Contains("[suggest:", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_shell_is_refused_by_name() =>
        (await new Shell().RunAsync("completion", "tcsh"))
            .HasFailedSaying(ExitCode.Usage, "shell must be one of bash, zsh, fish, not 'tcsh'");

    private static async Task<string[]> SuggestAsync(Shell shell, string line)
    {
        var result = await shell.RunAsync($"[suggest:{line.Length}]", line);
        Assert.Equal((ExitCode.Done, ""), (result.Code, result.Error));
        return [.. result.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)];
    }
}
