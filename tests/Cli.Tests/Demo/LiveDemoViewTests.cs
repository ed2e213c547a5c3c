using Sluice.Cli.Demo;
using Spectre.Console;

namespace Sluice.Cli.Tests.Demo;

public sealed class LiveDemoViewTests
{
    private const string Long = "admitted with 4 of 1 to 4 GPUs: starts with 4: 504 s to the end, with 4 504 s; restart "
        + "15 s, undone 0 s, a GPU is worth 1.75, and so on until it does not fit into two lines of eighty columns";

    [Theory]
    [InlineData(80, "0s ago")]
    [InlineData(120, "admitted with 4 of 1 to 4 GPUs: starts with 4…")]
    public void However_long_the_reasons_are_the_picture_fits_a_terminal_of_24_lines(int width, string end)
    {
        var jobs = Enumerable.Range(0, 4).Select(Job).ToArray();
        using var output = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(output),
        });
        console.Profile.Width = width;

        console.Write(LiveDemoView.Picture(
            new() { At = TimeSpan.Zero, Capacity = 8, Held = 8, IsSimulated = true, Jobs = [.. jobs] },
            Enumerable.Repeat($"[  12.6 s] careful: starts with 4 GPUs ({Long})", 8),
            DateTimeOffset.UnixEpoch,
            width));

        var lines = output.ToString().TrimEnd().Split('\n');
        Assert.InRange(lines.Length, 1, 24);
        Assert.Equal(jobs.Length, lines.Count(line => line.TrimEnd().EndsWith(end, StringComparison.Ordinal)));
    }

    private static DemoJob Job(int number) => new()
    {
        Name = number == 0 ? "careful" : $"job{number}",
        Status = "suspended",
        Gpus = 8,
        Replicas = 1,
        GpuReq = 2,
        GpuLim = 8,
        Generation = 1,
        AtNextCheckpoint = null,
        Reason = Long,
        CompletedEpochs = 12,
        TotalEpochs = 30,
        LastCheckpointTime = 0,
        Restarts = 0,
    };
}
