using System.Collections.Immutable;
using Sluice.Scheduling.Ledger;

namespace Sluice.Scheduling.Tests.Forecasts;

public sealed class TrainingHistoryTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    [Fact]
    public void A_stretch_tells_its_pace_from_its_second_notification_on()
    {
        var history = TrainingHistory.Begin([], 1, 4, At(0, 0));
        history = TrainingHistory.Save(history, 1, At(25, 1));
        Assert.Null(history[0].SecondsPerEpoch);

        history = TrainingHistory.Save(history, 1, At(45, 3));

        Assert.Equal(10, history[0].SecondsPerEpoch);
        Assert.Equal(15, history[0].RestartSeconds);
    }

    [Fact]
    public void What_was_trained_before_a_start_is_not_counted_as_trained_in_it()
    {
        var history = TrainingHistory.Begin([], 3, 2, At(100, 40));
        history = TrainingHistory.Save(history, 3, At(130, 41));
        history = TrainingHistory.Save(history, 3, At(150, 42));

        Assert.Equal(20, history[0].SecondsPerEpoch);
        Assert.Equal(10, history[0].RestartSeconds);
    }

    [Fact]
    public void Of_starts_that_ended_in_silence_the_longest_stays_until_the_job_notifies()
    {
        var history = Silent(Silent(Silent([], 1, 2, 100, 150), 2, 4, 200, 300), 3, 1, 400, 450);
        history = TrainingHistory.Begin(history, 4, 2, At(500, 0));

        Assert.Equal([2, 4], history.Select(stretch => stretch.Attempt));
        Assert.Equal(At(300, 0).At, history[0].SilentUntil);

        history = TrainingHistory.Save(history, 4, At(600, 1));
        Assert.Equal([4], history.Select(stretch => stretch.Attempt));
    }

    [Fact]
    public void The_end_of_a_start_that_notified_or_of_another_changes_nothing()
    {
        var history = TrainingHistory.Begin([], 2, 2, At(0, 0));

        Assert.Equal(history, TrainingHistory.End(history, 1, At(10, 0).At));
        history = TrainingHistory.Save(history, 2, At(10, 1));
        Assert.Equal(history, TrainingHistory.End(history, 2, At(20, 0).At));
        Assert.Empty(TrainingHistory.End([], 1, At(10, 0).At));
    }

    [Fact]
    public void A_notification_of_an_earlier_start_changes_nothing()
    {
        var history = TrainingHistory.Begin([], 2, 2, At(0, 0));

        Assert.Equal(history, TrainingHistory.Save(history, 1, At(10, 1)));
        Assert.Empty(TrainingHistory.Save([], 1, At(10, 1)));
    }

    [Fact]
    public void A_trainer_that_goes_back_to_an_older_checkpoint_measures_anew()
    {
        var history = TrainingHistory.Begin([], 1, 2, At(0, 0));
        history = TrainingHistory.Save(history, 1, At(10, 5));
        history = TrainingHistory.Save(history, 1, At(20, 2));
        history = TrainingHistory.Save(history, 1, At(24, 3));

        Assert.Equal(4, history[0].SecondsPerEpoch);
    }

    [Fact]
    public void A_notification_without_a_further_epoch_does_not_stretch_the_epochs()
    {
        var history = TrainingHistory.Begin([], 1, 2, At(0, 0));
        history = TrainingHistory.Save(history, 1, At(10, 1));
        history = TrainingHistory.Save(history, 1, At(110, 2));
        history = TrainingHistory.Save(history, 1, At(200, 2));

        Assert.Equal(100, history[0].SecondsPerEpoch);
    }

    [Fact]
    public void Starts_that_told_nothing_are_forgotten()
    {
        var history = TrainingHistory.Begin([], 1, 2, At(0, 0));
        history = TrainingHistory.Begin(history, 2, 4, At(5, 0));

        Assert.Equal([2], history.Select(stretch => stretch.Attempt));
    }

    [Fact]
    public void What_is_kept_is_bounded_and_every_count_stays_known_as_long_as_it_can()
    {
        var history = ImmutableArray<TrainingStretch>.Empty;
        for (var attempt = 1; attempt <= 200; attempt++)
        {
            // One count is seen once, at the beginning.
            history = TrainingHistory.Begin(history, attempt, attempt == 1 ? 7 : 1 + attempt % 4, At(attempt * 10, 0));
            history = TrainingHistory.Save(history, attempt, At(attempt * 10 + 1, 1));
            Assert.InRange(history.Length, 1, TrainingHistory.MaxStretches);
        }

        Assert.Contains(history, stretch => stretch.GpuCount == 7);
        Assert.Equal(200, history[^1].Attempt);
    }

    private static ImmutableArray<TrainingStretch> Silent(
        ImmutableArray<TrainingStretch> history, int attempt, int gpuCount, double from, double until) =>
        TrainingHistory.End(
            TrainingHistory.Begin(history, attempt, gpuCount, At(from, 0)), attempt, At(until, 0).At);

    private static SavedEpochs At(double seconds, double epochs) => new(Start.AddSeconds(seconds), epochs);
}
