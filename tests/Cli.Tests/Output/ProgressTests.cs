using Sluice.Testing;
using Spectre.Console;
using Progress = Sluice.Cli.Output.Progress;

namespace Sluice.Cli.Tests.Output;

public sealed class ProgressTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly StringWriter _terminal = new();
    private readonly TextWriter _locked;

    public ProgressTests() => _locked = TextWriter.Synchronized(_terminal);

    public void Dispose()
    {
        _locked.Dispose();
        _terminal.Dispose();
    }

    [Fact]
    public async Task What_is_done_within_a_moment_shows_nothing()
    {
        Assert.Equal(3, await OnTerminal().ShowAsync("waiting", _ => Task.FromResult(3)));

        Assert.Equal("", _terminal.ToString());
    }

    [Fact]
    public async Task What_takes_longer_says_what_it_is()
    {
        var work = new TaskCompletionSource<int>();
        var shown = OnTerminal().ShowAsync("waiting for [a]", _ => work.Task);
        _time.Advance(Progress.Moment);
        await Eventually.IsTrueAsync(
            () => Said().Contains("waiting for [a]", StringComparison.Ordinal), "the work is named");

        work.SetResult(3);
        await Eventually.IsTrueAsync(
            () =>
            {
                _time.Advance(Progress.Moment);
                return shown.IsCompleted;
            },
            "the work ends");

        Assert.Equal(3, await shown);
    }

    [Fact]
    public async Task Without_a_terminal_nothing_is_shown_however_long_it_takes()
    {
        var work = new TaskCompletionSource<int>();
        var shown = new Progress(console: null, _time).ShowAsync("waiting", _ => work.Task);

        Assert.Equal(0, _time.PendingTimerCount);
        work.SetResult(3);
        Assert.Equal(3, await shown);
    }

    [Fact]
    public async Task A_line_that_is_written_meanwhile_goes_above_what_is_shown_and_else_to_its_output()
    {
        using var output = new StringWriter();
        var work = new TaskCompletionSource<int>();
        var progress = OnTerminal();
        progress.Write(output, "before");
        var shown = progress.ShowAsync("waiting", _ => work.Task);

        progress.Write(output, "found [a]");

        work.SetResult(3);
        await shown;
        Assert.Contains("found [a]", Said(), StringComparison.Ordinal);
        Assert.Equal($"before{Environment.NewLine}", output.ToString());
    }

    private string Said()
    {
        lock (_locked)
        {
            return _terminal.ToString();
        }
    }

    private Progress OnTerminal() => new(
        AnsiConsole.Create(new()
        {
            Ansi = AnsiSupport.Yes,
            Interactive = InteractionSupport.Yes,
            Out = new AnsiConsoleOutput(_locked),
        }),
        _time);
}
