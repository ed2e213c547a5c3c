namespace Sluice.Simulation;

/// <summary>
/// Makes a failing history short: first fewer steps, then fewer happenings, by halves, quarters and so on, as long as
/// the same invariant breaks.
/// </summary>
/// <param name="failing">A history with a violation.</param>
/// <param name="play">Plays a history again; it may be cancelled by throwing.</param>
/// <param name="progress">Told the number of each replay before it begins, 1 to <see cref="MaxReplays"/>.</param>
public sealed class Reducer(
    HistoryResult failing, Func<HistoryPlan, HistoryResult> play, Action<int>? progress = null)
{
    /// <summary>Replays that one reduction may take.</summary>
    public const int MaxReplays = 600;

    private int _replays;

    /// <summary>The shortest plan found so far, also where the reduction was cancelled.</summary>
    public HistoryResult Shortest { get; private set; } = failing;

    private int Happened => Shortest.Happened!.Count;

    /// <summary>The shortest plan that it finds; the failing one where more happened in it than was kept.</summary>
    public HistoryResult Reduce()
    {
        if (Shortest.Happened is null)
        {
            return Shortest;
        }

        LeaveOutSteps();
        Try(Shortest.Plan.Steps, Shortest.Happened);
        for (var before = int.MaxValue; Happened < before;)
        {
            before = Happened;
            LeaveOutHappenings();
        }

        LeaveOutSteps();
        return Shortest;
    }

    private void LeaveOutSteps()
    {
        // What breaks in a storm breaks when the storm ends just then, and not in an earlier one.
        if (Shortest.Violation!.Step < Shortest.Plan.Steps)
        {
            Try(Shortest.Violation.Step, Shortest.Plan.Only);
        }

        for (var cut = Math.Min(Shortest.Plan.Steps / 2, History.StormSteps); cut >= 1; cut /= 2)
        {
            bool isShorter;
            do
            {
                isShorter = Shortest.Plan.Steps > cut && Try(Shortest.Plan.Steps - cut, Shortest.Plan.Only);
            }
            while (isShorter);
        }
    }

    private void LeaveOutHappenings()
    {
        for (var size = (Happened + 1) / 2; size >= 1; size /= 2)
        {
            for (var from = 0; from < Happened;)
            {
                var before = Happened;
                Try(Shortest.Plan.Steps, Shortest.Happened!.Take(from).Concat(Shortest.Happened!.Skip(from + size)));
                from += Happened < before ? 0 : size;
            }
        }
    }

    /// <summary>True: the history of that plan breaks the same, and is no longer than the shortest.</summary>
    private bool Try(long steps, IEnumerable<string>? only)
    {
        if (_replays == MaxReplays)
        {
            return false;
        }

        _replays++;
        progress?.Invoke(_replays);
        var result = play(Shortest.Plan with { Steps = steps, Only = only?.ToHashSet(StringComparer.Ordinal) });
        var isShorter = result.Violation?.Invariant == Shortest.Violation!.Invariant
            && result.Happened!.Count <= Happened;
        Shortest = isShorter ? result : Shortest;
        return isShorter;
    }
}
