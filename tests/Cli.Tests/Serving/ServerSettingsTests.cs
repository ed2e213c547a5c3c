using Sluice.Cli.Serving;
using Sluice.Cli.Tests.Support;

namespace Sluice.Cli.Tests.Serving;

public sealed class ServerSettingsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sluice-cli-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Without_settings_the_documented_address_is_served_from_a_folder_beside_the_caller()
    {
        var options = new ServerSettings().ToOptions(Environment());

        Assert.Equal(["http://127.0.0.1:5000"], options.Urls);
        Assert.Equal(Path.GetFullPath("sluice-data"), options.DataDirectory);
        Assert.Null(options.SimulatedGpus);
        Assert.Null(options.SimulatedNodes);
        Assert.Equal("immediate", options.ScaleMode);
        Assert.Equal(TimeSpan.FromSeconds(10), options.GracePeriod);
        Assert.False(options.IsOpen);
    }

    [Fact]
    public void The_originals_variables_are_heard()
    {
        var options = new ServerSettings().ToOptions(
            Environment(("FLASK_PORT", "5001"), ("MHOST", "0.0.0.0"), ("MPORT", "6000")));

        Assert.Equal(["http://127.0.0.1:5001"], options.Urls);
        Assert.Equal(("0.0.0.0", 6000), (options.MonitoringHost, options.MonitoringPort));
    }

    [Fact]
    public void Given_addresses_win_over_the_variable()
    {
        var options = new ServerSettings { Urls = "http://127.0.0.1:1; http://*:2" }.ToOptions(
            Environment(("FLASK_PORT", "3")));

        Assert.Equal(["http://127.0.0.1:1", "http://*:2"], options.Urls);
    }

    [Fact]
    public void Nodes_are_numbered_through_all_groups()
    {
        var options = new ServerSettings { Nodes = "2x8,1x4" }.ToOptions(Environment());

        Assert.Equal([("node-0", 8), ("node-1", 8), ("node-2", 4)], options.SimulatedNodes);
    }

    [Fact]
    public void Quotas_are_by_namespace()
    {
        var options = new ServerSettings { Quotas = ["a=4", "b=0"] }.ToOptions(Environment());

        Assert.Equal(new Dictionary<string, int> { ["a"] = 4, ["b"] = 0 }, options.Quotas);
    }

    [Fact]
    public void A_policy_is_chosen_by_its_name_and_a_wrong_name_is_answered_with_all_there_are()
    {
        Assert.Null(new ServerSettings().ToOptions(Environment()).Policy);
        Assert.Equal("adaptive", new ServerSettings { Policy = "adaptive" }.ToOptions(Environment()).Policy);

        var failure = Assert.Throws<CliFailure>(() => new ServerSettings { Policy = "x" }.ToOptions(Environment()));

        Assert.Equal(
            "--policy must be recent-checkpoint, adaptive, fifo, equal-share or srtf, not 'x'", failure.Message);
    }

    [Theory]
    [InlineData("--urls", "here")]
    [InlineData("--urls", "https://127.0.0.1:5000")]
    [InlineData("--urls", "http://127.0.0.1:99999")]
    [InlineData("--urls", ";")]
    [InlineData("--nodes", "")]
    [InlineData("--nodes", "8")]
    [InlineData("--nodes", "4x")]
    [InlineData("--nodes", "4x8x2")]
    [InlineData("--nodes", "0x8")]
    [InlineData("--nodes", "10001x1")]
    [InlineData("--nodes", "99999999999x1")]
    [InlineData("--nodes", "1x1000001")]
    [InlineData("--nodes", "1x-1")]
    [InlineData("--quota", "a")]
    [InlineData("--quota", "=4")]
    [InlineData("--quota", "a=x")]
    [InlineData("--scale-mode", "sometimes")]
    [InlineData("--policy", "best")]
    [InlineData("--policy", "")]
    public void What_is_wrong_is_named(string option, string value)
    {
        var settings = option switch
        {
            "--urls" => new ServerSettings { Urls = value },
            "--nodes" => new ServerSettings { Nodes = value },
            "--quota" => new ServerSettings { Quotas = [value] },
            "--policy" => new ServerSettings { Policy = value },
            _ => new ServerSettings { ScaleMode = value },
        };

        var failure = Assert.Throws<CliFailure>(() => settings.ToOptions(Environment()));

        Assert.Equal(ExitCode.Usage, failure.ExitCode);
        Assert.StartsWith(option, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("FLASK_PORT", "65536")]
    [InlineData("MPORT", "x")]
    public void A_wrong_port_in_a_variable_is_named(string variable, string value)
    {
        var environment = Environment(("MHOST", "127.0.0.1"), ("MPORT", "1"), (variable, value));

        var failure = Assert.Throws<CliFailure>(() => new ServerSettings().ToOptions(environment));

        Assert.StartsWith(variable, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Half_a_monitoring_address_is_refused() =>
        Assert.Throws<CliFailure>(() => new ServerSettings().ToOptions(Environment(("MHOST", "0.0.0.0"))));

    [Fact]
    public void Simulated_GPUs_are_given_in_one_way_only() =>
        Assert.Throws<CliFailure>(() => new ServerSettings { Gpus = 8, Nodes = "1x8" }.ToOptions(Environment()));

    [Fact]
    public void Files_and_folders_that_cannot_be_used_are_refused_before_the_server_starts()
    {
        var file = Path.Combine(_folder, "file");
        File.WriteAllText(file, "");

        Assert.Contains(
            "is a file, not a folder",
            Assert.Throws<CliFailure>(() => new ServerSettings { Data = file }.ToOptions(Environment())).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "it is a directory",
            Assert.Throws<CliFailure>(() => new ServerSettings { AuthTokens = _folder }.ToOptions(Environment()))
                .Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "there is no such file",
            Assert.Throws<CliFailure>(() => new ServerSettings { AuthTokens = file + "x" }.ToOptions(Environment()))
                .Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mysql://db/jobs", "postgres://")]
    [InlineData("postgres://me@db:99999/jobs", "port")]
    [InlineData("postgres://me@db", "database")]
    [InlineData("postgres://me:secret@db/jobs", "password")]
    public void A_wrong_database_is_named_and_no_password_is_shown(string url, string said)
    {
        var failure = Assert.Throws<CliFailure>(() => Database.Check(url, passwordFile: null));

        Assert.StartsWith("--database", failure.Message, StringComparison.Ordinal);
        Assert.Contains(said, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_password_file_that_is_not_there_is_named()
    {
        var file = Path.Combine(_folder, "password");

        var failure = Assert.Throws<CliFailure>(() => Database.Check("postgres://me@db/jobs", file));

        Assert.Contains($"--database-password-file {file}", failure.Message, StringComparison.Ordinal);
    }

    private static CliEnvironment Environment(params (string Name, string Value)[] variables)
    {
        var shell = new Shell();
        foreach (var (name, value) in variables)
        {
            shell.With(name, value);
        }

        return shell.Environment(TextWriter.Null, TextWriter.Null, Stream.Null);
    }
}
