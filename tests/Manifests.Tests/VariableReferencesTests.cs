namespace Sluice.Manifests.Tests;

public sealed class VariableReferencesTests
{
    [Theory]
    [InlineData("$(A)", "a")]
    [InlineData("x$(A)y$(A)", "xaya")]
    [InlineData("$$(A)", "$(A)")]
    [InlineData("$$$(A)", "$a")]
    [InlineData("$$", "$")]
    [InlineData("$", "$")]
    [InlineData("$A ${A}", "$A ${A}")]
    [InlineData("$(NONE)", "$(NONE)")]
    [InlineData("$(date +%s)", "$(date +%s)")]
    [InlineData("$(A", "$(A")]
    [InlineData("$(A $(A)", "$(A $(A)")]
    [InlineData("$()", "$()")]
    [InlineData(")$(A)", ")a")]
    public void References_in_commands_are_expanded_as_Kubernetes_does(string text, string expanded)
    {
        Assert.Equal(expanded, VariableReferences.Expand(text, new Dictionary<string, string> { ["A"] = "a" }));
    }
}
