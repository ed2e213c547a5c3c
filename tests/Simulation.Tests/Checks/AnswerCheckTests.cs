using Sluice.Grains.Jobs;
using Sluice.Simulation.Checks;

namespace Sluice.Simulation.Tests.Checks;

/// <summary>What clients are answered.</summary>
public sealed class AnswerCheckTests : CheckBench
{
    [Fact]
    [Breaks(Promises.AcknowledgedIsStored)]
    public void An_answer_that_holds_of_no_version_shows()
    {
        var answers = new AnswerCheck(Rows, Fail);
        var early = answers.Begin(Key, "count");
        answers.Answered(early, "Done", state => state.Record is not null);
        Assert.Equal([Promises.AcknowledgedIsStored], Broken);

        var late = answers.Begin(Key, "count");
        answers.Seen(Key, Counted(1));
        answers.Seen(Key, JobState.Nothing);
        answers.Answered(late, "Done", state => state.Record is not null);
        Assert.Single(Broken);
    }
}
