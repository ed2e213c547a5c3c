using Spectre.Console;

namespace Sluice.Cli.Output;

/// <summary>
/// Tells a person at a terminal what takes so long. It goes to standard error, comes only after a moment, and vanishes
/// when the work is done.
/// </summary>
/// <param name="console">Null: output is redirected, and nothing is ever shown.</param>
/// <param name="time">Measures the moment.</param>
internal sealed class Progress(IAnsiConsole? console, TimeProvider time)
{
    /// <summary>Work that is done within it shows nothing.</summary>
    public static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan RefreshInterval = TimeSpan.FromMilliseconds(100);

    // Work may consist of work that would show itself: the outer one is what the person asked for.
    private int _isShowing;

    public static Progress Of(bool isTerminal, TextWriter error, TimeProvider time) =>
        new(isTerminal ? AnsiConsole.Create(new() { Out = new AnsiConsoleOutput(error) }) : null, time);

    /// <param name="what">Such as <c>waiting for the server</c>.</param>
    /// <param name="work">Gets a way to say more while it goes on.</param>
    public async Task<T> ShowAsync<T>(string what, Func<Action<string>, Task<T>> work)
    {
        if (console is null || Interlocked.Exchange(ref _isShowing, 1) != 0)
        {
            return await work(_ => { });
        }

        try
        {
            var said = what;
            var running = work(text => Volatile.Write(ref said, text));
            if (!await EndsWithinAsync(running, Moment))
            {
                await console.Status().StartAsync(Markup.Escape(said), async status =>
                {
                    while (!await EndsWithinAsync(running, RefreshInterval))
                    {
                        status.Status(Markup.Escape(Volatile.Read(ref said)));
                    }
                });
            }

            return await running;
        }
        finally
        {
            Volatile.Write(ref _isShowing, 0);
        }
    }

    /// <summary>A line that stays, above what is shown.</summary>
    /// <param name="output">Where it goes while nothing is shown.</param>
    /// <param name="line">Such as what was found.</param>
    public void Write(TextWriter output, string line)
    {
        if (console is null || Volatile.Read(ref _isShowing) == 0)
        {
            output.WriteLine(line);
        }
        else
        {
            console.WriteLine(line);
        }
    }

    private async Task<bool> EndsWithinAsync(Task work, TimeSpan span) =>
        await Task.WhenAny(work, Task.Delay(span, time)) == work;
}
