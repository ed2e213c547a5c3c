namespace Sluice.Manifests.Tests;

public sealed class ScaleModesTests
{
    [Theory]
    [InlineData("immediate", ScaleMode.Immediate)]
    [InlineData("after-checkpoint", ScaleMode.AfterCheckpoint)]
    public void A_word_and_its_mode_lead_to_each_other(string word, ScaleMode mode)
    {
        Assert.Equal(mode, ScaleModes.Parse(word));
        Assert.Equal(word, ScaleModes.Word(mode));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Immediate")]
    [InlineData("None")]
    public void Any_other_word_is_none(string word) => Assert.Null(ScaleModes.Parse(word));
}
