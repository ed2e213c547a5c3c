using System.Globalization;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Sluice.BlackBox.Tests.Rules;

/// <summary>When the server starts, when it does not, and what it says then.</summary>
public sealed class StartTests
{
    [Fact]
    public async Task TERM_ends_it_in_peace_and_what_it_knew_is_there_at_the_next_start()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "2");
        var job = (await server.Api.AddJobAsync("kept")).Job.ToJsonString();

        Assert.Equal(0, await server.StopAsync());
        await server.StartAsync();
        Assert.Equal(job, (await server.Api.JobAsync("kept")).ToJsonString());
        Assert.StartsWith(
            $"Sluice listens on {server.Address.ToString().TrimEnd('/')}, ",
            server.Log.Split('\n').First(line => line.StartsWith("Sluice", StringComparison.Ordinal)),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_line_of_its_log_says_when_it_was_in_UTC()
    {
        var before = DateTimeOffset.UtcNow.AddMilliseconds(-1);
        await using var server = await SluiceServer.StartAsync();
        await server.StopAsync();

        var lines = server.Log.Split('\n').Where(line => line.StartsWith('{')).ToList();
        Assert.NotEmpty(lines);
        Assert.All(lines, line =>
        {
            var at = (string)JsonNode.Parse(line)!["Timestamp"]!;
            Assert.EndsWith("Z", at, StringComparison.Ordinal);
            Assert.InRange(DateTimeOffset.Parse(at, CultureInfo.InvariantCulture), before, DateTimeOffset.UtcNow);
        });
    }

    [Theory]
    [InlineData("http://0.0.0.0:{0}")]
    [InlineData("http://*:{0}")]
    [InlineData("http://[::]:{0}")]
    [InlineData("http://127.0.0.1:{0};http://0.0.0.0:{1}")]
    public async Task Other_addresses_than_loopback_need_tokens_or_the_word_open(string urls)
    {
        using var folder = new TemporaryFolder();
        var result = await ServeAsync(
            folder, "--urls", string.Format(CultureInfo.InvariantCulture, urls, FreePort.Next(), FreePort.Next()));

        AssertRefused(result);
        Assert.Contains("--auth-tokens", result.Error, StringComparison.Ordinal);
        Assert.Contains("--open", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_documented_MHOST_needs_tokens_or_the_word_open_as_well()
    {
        using var folder = new TemporaryFolder();
        var result = await SluiceExecutable.RunAsync(
            ["server", "--data", Path.Combine(folder.Path, "data"), "--urls", Loopback(FreePort.Next())],
            new Dictionary<string, string?> { ["MHOST"] = "0.0.0.0", ["MPORT"] = $"{FreePort.Next()}" });

        AssertRefused(result);
        Assert.Contains("--open", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_the_word_open_every_address_is_served()
    {
        await using var server = await SluiceServer.StartAsync("--open", "--urls", "http://0.0.0.0:{port}");
    }

    [Fact]
    public async Task MHOST_and_MPORT_serve_monitoring_and_nothing_else()
    {
        var port = FreePort.Next();
        await using var server = await SluiceServer.StartAsync(
            ["--gpus", "3", "--quota", "team=2"],
            new Dictionary<string, string?> { ["MHOST"] = "127.0.0.1", ["MPORT"] = $"{port}" });
        using var monitoring = new ApiClient(new Uri(Loopback(port)));

        foreach (var api in new[] { monitoring, server.Api })
        {
            Assert.Equal(
                3, (int)Assert.Single((await api.GetAsync("/freegpu")).Must(HttpStatusCode.OK).Json.AsObject()).Value!);
            Assert.Equal("""{"limit":"2","used":"0"}""",
                (await api.GetAsync("/resourcequota/team")).Must(HttpStatusCode.OK).Compact);
            (await api.GetAsync("/resourcequota/other")).Must(HttpStatusCode.NotFound);
        }

        (await monitoring.GetAsync("/get_all_jobs")).Must(HttpStatusCode.NotFound);
        (await monitoring.PostAsync("/add_job", "{}")).Must(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_port_that_is_in_use_is_said()
    {
        using var folder = new TemporaryFolder();
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var url = Loopback(((IPEndPoint)other.LocalEndpoint).Port);

        var result = await ServeAsync(folder, "--urls", url);
        AssertRefused(result);
        Assert.Contains(url, result.Error, StringComparison.Ordinal);
        Assert.Contains("in use", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/proc/sluice")]
    [InlineData("/dev/null/data")]
    [InlineData("/dev/null")]
    public async Task A_data_folder_that_cannot_be_written_is_said(string data)
    {
        var result = await SluiceExecutable.RunAsync("server", "--urls", Loopback(FreePort.Next()), "--data", data);

        AssertRefused(result);
        Assert.Contains(data, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_folder_that_another_server_uses_is_refused_and_left_alone()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "2");
        await server.Api.AddJobAsync("mine");

        var result = await SluiceExecutable.RunAsync(
            "server", "--urls", Loopback(FreePort.Next()), "--data", server.DataFolder);
        AssertRefused(result);
        Assert.Contains(server.DataFolder, result.Error, StringComparison.Ordinal);
        Assert.NotNull(await server.Api.FindJobAsync("mine"));
        await server.Api.AddJobAsync("mine too");
    }

    [Fact]
    public async Task A_damaged_database_is_said_and_left_as_it_is()
    {
        using var folder = new TemporaryFolder();
        var data = Path.Combine(folder.Path, "data");
        Directory.CreateDirectory(data);
        var file = Path.Combine(data, "sluice.db");
        var damaged = Enumerable.Range(0, 20_000).Select(index => (byte)(index * 7)).ToArray();
        await File.WriteAllBytesAsync(file, damaged);

        var result = await ServeAsync(folder, "--urls", Loopback(FreePort.Next()));
        AssertRefused(result);
        Assert.Contains(file, result.Error, StringComparison.Ordinal);
        Assert.Equal(damaged, await File.ReadAllBytesAsync(file));
    }

    [Theory]
    [InlineData("read short")]
    [InlineData("write 0123456789abcdef0123")]
    [InlineData("")]
    [InlineData(null)]
    public async Task A_file_of_tokens_that_is_not_as_it_must_be_is_said(string? content)
    {
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "tokens");
        if (content is not null)
        {
            await File.WriteAllTextAsync(file, content);
        }

        var result = await ServeAsync(folder, "--urls", Loopback(FreePort.Next()), "--auth-tokens", file);
        AssertRefused(result);
        Assert.Contains(file, result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("FLASK_PORT", "five", 2)]
    [InlineData("FLASK_PORT", "70000", 2)]
    [InlineData("MPORT", "6000", 2)]
    public async Task A_variable_that_is_not_as_it_must_be_is_said(string name, string value, int exitCode)
    {
        using var folder = new TemporaryFolder();
        var result = await SluiceExecutable.RunAsync(
            ["server", "--data", Path.Combine(folder.Path, "data")],
            new Dictionary<string, string?> { [name] = value });

        Assert.Equal(exitCode, result.ExitCode);
        Assert.Contains(name, result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SLUICE_Jobs__FirstBackoff", "soon", "Jobs:FirstBackoff")]
    [InlineData("SLUICE_Store__MaxBatchWrites", "0", "MaxBatchWrites")]
    [InlineData("SLUICE_Gateway__PageSize", "0", "PageSize")]
    [InlineData("SLUICE_Host__MaxActivations", "0", "MaxActivations")]
    public async Task A_setting_that_is_not_as_it_must_be_is_said_and_the_folder_is_left_alone(
        string name, string value, string named)
    {
        using var folder = new TemporaryFolder();
        var data = Path.Combine(folder.Path, "data");
        var result = await SluiceExecutable.RunAsync(
            ["server", "--urls", Loopback(FreePort.Next()), "--data", data],
            new Dictionary<string, string?> { [name] = value });

        AssertRefused(result);
        Assert.Contains(named, result.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(data));
    }

    [Theory]
    [InlineData("--gpus", "-1")]
    [InlineData("--gpus", "many")]
    [InlineData("--nodes", "4y8")]
    [InlineData("--quota", "ns")]
    [InlineData("--scale-mode", "sometimes")]
    [InlineData("--urls", "nonsense")]
    [InlineData("--no-such-option", "1")]
    public async Task An_option_that_is_not_as_it_must_be_is_said(string option, string value)
    {
        using var folder = new TemporaryFolder();
        var result = await ServeAsync(folder, option, value);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains(option, result.Error, StringComparison.Ordinal);
    }

    private static string Loopback(int port) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");

    private static Task<CommandResult> ServeAsync(TemporaryFolder folder, params string[] options) =>
        SluiceExecutable.RunAsync(["server", "--data", Path.Combine(folder.Path, "data"), .. options]);

    /// <summary>One line for people on standard error and nothing else, and a status that says so.</summary>
    private static void AssertRefused(CommandResult result)
    {
        Assert.True(result.ExitCode == 1, $"{result.ExitCode}: {result.Output} {result.Error}");
        Assert.StartsWith("sluice: ", result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.TrimEnd().Split('\n'));
        Assert.Equal("", result.Output);
    }
}
