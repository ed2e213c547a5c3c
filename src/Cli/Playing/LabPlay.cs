using System.Collections.Immutable;
using Sluice.Cli.Output;
using Sluice.Lab.Metrics;
using Sluice.Lab.Model;
using Sluice.Lab.Reports;
using Sluice.Lab.Workloads;

namespace Sluice.Cli.Playing;

/// <summary>A game that is to be played.</summary>
internal sealed record LabGameOrder(Workload Workload, Scenario Scenario, LabCluster Cluster, LabPolicy Policy);

/// <summary>Plays games on all cores.</summary>
/// <param name="games">In the order in which their results are wanted.</param>
/// <param name="say">Told how far it is.</param>
internal sealed class LabPlay(ImmutableArray<LabGameOrder> games, Action<string> say)
{
    private const int BarWidth = 30;

    private readonly long _jobs = games.Sum(game => (long)game.Workload.Jobs.Length);
    private int _played;
    private long _completed;

    /// <exception cref="CliFailure">A policy broke a rule.</exception>
    public ImmutableArray<(LabRun Run, LabResult Result)> Run(CancellationToken cancellationToken)
    {
        var results = new (LabRun Run, LabResult Result)[games.Length];
        try
        {
            Parallel.For(
                0,
                games.Length,
                new ParallelOptions
                {
                    CancellationToken = cancellationToken,
                    MaxDegreeOfParallelism = Environment.ProcessorCount,
                },
                index => results[index] = Play(games[index], cancellationToken));
        }
        catch (AggregateException several)
            when (several.InnerExceptions.FirstOrDefault(one => one is InvalidOperationException) is { } broken)
        {
            throw CliFailure.Refused(broken.Message);
        }
        catch (AggregateException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }

        return [.. results];
    }

    private (LabRun Run, LabResult Result) Play(LabGameOrder game, CancellationToken cancellationToken)
    {
        var run = LabGame.Play(
            game.Workload, game.Scenario, game.Cluster, game.Policy, new CompletionCount(this).Report, cancellationToken);
        Interlocked.Increment(ref _played);
        Tell();
        return (
            games.Length == 1 ? run : run with { Decisions = [] },
            new(game.Scenario.Name, game.Cluster.GpuCount, game.Workload.Name, game.Policy.Name, LabMetrics.Of(run)));
    }

    private void Tell()
    {
        var share = (double)Interlocked.Read(ref _completed) / _jobs;
        var full = (int)(share * BarWidth);
        say($"{new string('■', full)}{new string('·', BarWidth - full)} {Math.Floor(share * 100)} %, "
            + $"{Volatile.Read(ref _played)} of {Numbers.Count(games.Length, "game")}");
    }

    /// <summary>Of one game, which counts its completions from 1 on.</summary>
    private sealed class CompletionCount(LabPlay play)
    {
        private int _counted;

        public void Report(int completed)
        {
            Interlocked.Add(ref play._completed, completed - _counted);
            _counted = completed;
            play.Tell();
        }
    }
}
