using Sluice.Scheduling.Sharing;

namespace Sluice.Lab.Baselines;

/// <summary>What a policy holds for true of one job at this instant, be it known or estimated.</summary>
/// <param name="Share">Its levels, their speeds, and what is left.</param>
/// <param name="Speed">Epochs a second with what it holds now; 0: it holds nothing.</param>
/// <param name="RestartSeconds">Without progress after a change.</param>
/// <param name="UnsavedSeconds">Work since its last checkpoint.</param>
/// <param name="LossSeconds">Work that a change now would undo.</param>
/// <param name="SecondsToCheckpoint">Until its next notification, as it runs now.</param>
internal sealed record JobOutlook(
    SharingJob Share,
    double Speed,
    double RestartSeconds,
    double UnsavedSeconds,
    double LossSeconds,
    double SecondsToCheckpoint)
{
    /// <summary>The largest level up to a count; 0: none.</summary>
    public int LevelUpTo(int gpuCount)
    {
        var best = 0;
        foreach (var level in Share.Levels)
        {
            best = level <= gpuCount ? level : best;
        }

        return best;
    }

    /// <summary>Seconds that are saved to the end with that level instead of what it holds.</summary>
    public double Saving(int level) => Share.Work / Speed - Share.SecondsAt(Share.Levels.IndexOf(level));
}
