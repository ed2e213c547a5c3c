using System.ComponentModel;
using System.Diagnostics;

namespace Sluice.Executors.Local;

/// <summary>What became of a runner that was started.</summary>
internal enum LaunchOutcome
{
    /// <summary>Never an answer.</summary>
    None = 0,

    /// <summary>All ranks run.</summary>
    Up = 1,

    /// <summary>The runner says that the attempt may not be started, or not now.</summary>
    Refused = 2,

    /// <summary>A rank could not be started; the runner has recorded why.</summary>
    Failed = 3,

    /// <summary>The runner never came so far as to say a word; nothing is recorded.</summary>
    NotStarted = 4,
}

/// <summary>The outcome, and what there is to say of it.</summary>
internal sealed record LaunchResult(LaunchOutcome Outcome, string? Problem);

/// <summary>Starts runners and hears their first word.</summary>
internal sealed class RunLauncher(LocalExecutorOptions options, Action changed)
{
    private const int MaxProblemChars = 2000;

    /// <summary>Starts a runner and waits until all ranks run or it is known why not.</summary>
    /// <exception cref="TimeoutException">It said nothing in time; it may still come up.</exception>
    public async Task<LaunchResult> LaunchAsync(string attemptPath, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(options.RunnerCommand[0])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = attemptPath,
        };
        foreach (var argument in options.RunnerCommand.Skip(1).Concat(["--dir", attemptPath]))
        {
            start.ArgumentList.Add(argument);
        }

        // A runner waits nearly all its life, and there is one a job: it should start fast and take little.
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["DOTNET_gcConcurrent"] = "0";

        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Win32Exception exception)
        {
            return new(
                LaunchOutcome.NotStarted,
                $"the runner '{options.RunnerCommand[0]}' cannot be started: {exception.Message}");
        }

        // Disposed only when it has ended: its end wakes those who wait for a change.
        process.Exited += (_, _) =>
        {
            changed();
            process.Dispose();
        };
        var heard = HearAsync(process);
        process.EnableRaisingEvents = true;
        return await heard.WaitAsync(options.StartTimeout, cancellationToken);
    }

    private static async Task<LaunchResult> HearAsync(Process process)
    {
        // Both streams are taken before the first wait: the process may be disposed as soon as it ends.
        var (input, output, error) = (process.StandardInput, process.StandardOutput, process.StandardError);
        input.Close();
        var errors = error.ReadToEndAsync();
        using (output)
        {
            switch (await output.ReadLineAsync())
            {
                case Runner.Started: return new(LaunchOutcome.Up, null);
                case Runner.Failed: return new(LaunchOutcome.Failed, null);
                case { } line when line.StartsWith(Runner.Refused, StringComparison.Ordinal):
                    return new(LaunchOutcome.Refused, line);
            }
        }

        var said = (await errors).Trim();
        return new(
            LaunchOutcome.NotStarted,
            $"the runner ended before it started anything: {said[..Math.Min(said.Length, MaxProblemChars)]}");
    }
}
