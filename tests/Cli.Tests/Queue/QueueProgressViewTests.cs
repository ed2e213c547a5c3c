using Sluice.Cli.Queue;
using Spectre.Console;

namespace Sluice.Cli.Tests.Queue;

public sealed class QueueProgressViewTests
{
    private const string Escape = "\u001b";

    [Fact]
    public async Task Each_look_takes_the_place_of_the_one_before_and_the_last_one_goes()
    {
        using var terminal = new StringWriter();
        var shown = new List<string>();
        var length = 0;

        var result = await QueueProgressView.ShowLiveAsync(Console(terminal), show =>
        {
            foreach (var (progress, waiting) in new[] { (0.0, 2), (0.5, 1), (1.0, 0) })
            {
                show(new(2, [new(0, waiting, 0, 0, 0), new(2, 2 - waiting, 0, 0, 0)], 2, progress, 0));
                shown.Add(terminal.ToString()[length..]);
                length = terminal.ToString().Length;
            }

            return Task.FromResult("done");
        });

        Assert.Equal("done", result);
        Assert.Equal([Bar(0) + "  0.0 %", Bar(20) + "  50.0 %", Bar(40) + "  100.0 %"], shown.Select(FirstLine));
        // The cursor goes up over the five lines that stood there, and at the end each of them is erased.
        Assert.All(shown.Skip(1), one => Assert.StartsWith($"\r{Escape}[4A", one, StringComparison.Ordinal));
        var end = terminal.ToString()[length..];
        Assert.Equal(5, end.Split($"{Escape}[2K").Length - 1);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(500_000, 20)]
    [InlineData(999_999, 39)]
    [InlineData(1_000_000, 40)]
    public void A_bar_is_full_only_when_all_is_done_and_empty_only_before_anything_is(int millionths, int full)
    {
        using var terminal = new StringWriter();

        Console(terminal).Write(QueueProgressView.Picture(new(1_000_000, [], 2, millionths / 1e6, 0)));

        Assert.StartsWith(Bar(full), FirstLine(terminal.ToString()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(72)]
    [InlineData(80)]
    [InlineData(100)]
    [InlineData(300)]
    public void Bars_are_as_wide_as_the_window_lets_them_and_no_line_is_broken(int width)
    {
        using var terminal = new StringWriter();
        var console = Console(terminal);
        console.Profile.Width = width;

        console.Write(QueueProgressView.Picture(
            new(1_000_000, [new(0, 900_000, 32, 5, 525_600), new(1, 100_000, 0, 0, null)], 2, 0.5, 5)));

        // The whole, an empty line, the names of the columns, and two stages.
        var lines = terminal.ToString().TrimEnd('\n').Split('\n');
        Assert.Equal(5, lines.Length);
        Assert.Contains("LIFETIME", lines[2], StringComparison.Ordinal);
        Assert.Contains("525600 min", lines[3], StringComparison.Ordinal);
        Assert.InRange(lines[3].Count(character => character is '■' or '·'), 4, 40);
    }

    private static string Bar(int full) => new string('■', full) + new string('·', 40 - full);

    /// <summary>The line of the whole, up to its percentage.</summary>
    private static string FirstLine(string shown)
    {
        var begin = shown.IndexOfAny(['■', '·']);
        return shown[begin..(shown.IndexOf('%', begin) + 1)];
    }

    private static IAnsiConsole Console(StringWriter terminal)
    {
        var console = AnsiConsole.Create(new()
        {
            Ansi = AnsiSupport.Yes,
            Interactive = InteractionSupport.Yes,
            ColorSystem = ColorSystemSupport.NoColors,
            Out = new AnsiConsoleOutput(terminal),
        });
        console.Profile.Width = 120;
        return console;
    }
}
