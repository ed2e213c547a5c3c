namespace Sluice.Simulation;

/// <summary>
/// Makes a failing history short: first fewer steps, then fewer happenings, by halves, quarters and so on, as long as
/// the same invariant breaks.
/// </summary>
/// <param name="play">Plays a history again; it may be cancelled by throwing.</param>
/// <param name="progress">Told the number of each replay before it begins, 1 to <see cref="MaxReplays"/>.</param>
public sealed class Reducer(Func<HistoryPlan, HistoryResult> play, Action<int>? progress = null)
{
    /// <summary>Replays that one reduction may take.</summary>
    public const int MaxReplays = 600;

    private int _replays;

    /// <summary>The shortest plan found.</summary>
    /// <param name="failing">A history with a violation.</param>
    public HistoryResult Reduce(HistoryResult failing)
    {
        ArgumentNullException.ThrowIfNull(failing);
        _replays = 0;
        var shortest = WithFewerSteps(failing);
        shortest = Try(shortest, shortest.Plan.Steps, shortest.Happened) ?? shortest;
        for (var before = int.MaxValue; shortest.Happened.Count < before;)
        {
            before = shortest.Happened.Count;
            shortest = WithFewerHappenings(shortest);
        }

        return WithFewerSteps(shortest);
    }

    private HistoryResult WithFewerSteps(HistoryResult failing)
    {
        // What breaks in a storm breaks when the storm ends just then.
        var shortest = failing;
        if (failing.Violation!.Step < failing.Plan.Steps)
        {
            shortest = Try(failing, failing.Violation.Step, failing.Plan.Only) ?? shortest;
        }

        for (var cut = shortest.Plan.Steps / 2; cut >= 1; cut /= 2)
        {
            while (shortest.Plan.Steps > cut
                && Try(shortest, shortest.Plan.Steps - cut, shortest.Plan.Only) is { } shorter)
            {
                shortest = shorter;
            }
        }

        return shortest;
    }

    private HistoryResult WithFewerHappenings(HistoryResult failing)
    {
        var shortest = failing;
        for (var size = (failing.Happened.Count + 1) / 2; size >= 1; size /= 2)
        {
            for (var from = 0; from < shortest.Happened.Count;)
            {
                var kept = shortest.Happened.Take(from).Concat(shortest.Happened.Skip(from + size));
                if (Try(shortest, shortest.Plan.Steps, kept) is { } shorter
                    && shorter.Happened.Count < shortest.Happened.Count)
                {
                    shortest = shorter;
                }
                else
                {
                    from += size;
                }
            }
        }

        return shortest;
    }

    /// <summary>The history of that plan, if it breaks the same; null: it does not.</summary>
    private HistoryResult? Try(HistoryResult failing, long steps, IEnumerable<string>? only)
    {
        if (_replays == MaxReplays)
        {
            return null;
        }

        _replays++;
        progress?.Invoke(_replays);
        var result = play(failing.Plan with { Steps = steps, Only = only?.ToHashSet(StringComparer.Ordinal) });
        return result.Violation?.Invariant == failing.Violation!.Invariant ? result : null;
    }
}
