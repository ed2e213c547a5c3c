namespace Sluice.Manifests.Tests;

public sealed class ManifestOptionsTests
{
    [Theory]
    [InlineData("priority: '7'", 7)]
    [InlineData("priority: -3", -3)]
    [InlineData("other: x", 0)]
    public void Priority_is_an_annotation(string annotation, int priority)
    {
        Assert.Equal(priority, Texts.Read(Texts.Pod(annotations: $"{{sluice.dev/{annotation}}}")).Priority);
    }

    [Fact]
    public void All_options_are_annotations()
    {
        var read = Texts.Read(Texts.Pod(annotations: """
            {sluice.dev/scale-mode: after-checkpoint, sluice.dev/suspendable: "true",
                sluice.dev/min-run-seconds: "90", sluice.dev/checkpoint-deadline-seconds: "2.5"}
            """));

        Assert.Equal(ScaleMode.AfterCheckpoint, read.ScaleMode);
        Assert.True(read.IsSuspendable);
        Assert.Equal(TimeSpan.FromSeconds(90), read.MinRunTime);
        Assert.Equal(TimeSpan.FromSeconds(2.5), read.CheckpointDeadline);
    }

    [Fact]
    public void Options_that_are_not_given_are_left_to_the_deployment()
    {
        var read = Texts.Read(Texts.Pod());

        Assert.Equal(
            (null, null, null, false), (read.ScaleMode, read.MinRunTime, read.CheckpointDeadline, read.IsSuspendable));
    }

    [Theory]
    [InlineData("priority: urgent", "must be a whole number from -1000000 to 1000000, not \"urgent\"")]
    [InlineData("priority: 1.5", "must be a whole number from -1000000 to 1000000, not \"1.5\"")]
    [InlineData("scale-mode: sometimes", "must be immediate or after-checkpoint, not \"sometimes\"")]
    [InlineData("scale-mode: Immediate", "must be immediate or after-checkpoint, not \"Immediate\"")]
    [InlineData("suspendable: yes", "must be true or false, not \"yes\"")]
    [InlineData("min-run-seconds: -1", "must be seconds from 0 to 1000000000, not \"-1\"")]
    [InlineData("min-run-seconds: 1m", "must be seconds from 0 to 1000000000, not \"1m\"")]
    [InlineData("min-run-seconds: .inf", "must be seconds from 0 to 1000000000, not \".inf\"")]
    [InlineData("checkpoint-deadline-seconds: 9999999999", "must be seconds from 0 to 1000000000, not \"9999999999\"")]
    public void A_bad_option_is_refused_with_the_name_of_the_annotation(string annotation, string problem)
    {
        var name = annotation.Split(':')[0];

        Assert.Equal(
            $"metadata.annotations[\"sluice.dev/{name}\"]: {problem}",
            Texts.Problem(Texts.Pod(annotations: $"{{sluice.dev/{annotation}}}")));
    }
}
