using Sluice.Manifests.Yaml;

namespace Sluice.Manifests.Tests;

/// <summary>
/// White space at the start of a continuation line: no content in a quoted scalar, content in a block scalar.
/// </summary>
public sealed class QuotedIndentationTests
{
    [Theory]
    [InlineData("\t", "x y z")]
    [InlineData("\t\t\t", "x y z")]
    [InlineData("\t  ", "x y z")]
    [InlineData("  \t", "x y z")]
    [InlineData(" ", "x y z")]
    [InlineData("", "x y z")]
    [InlineData("            ", "x y z")]
    public void Continuation_lines_of_a_double_quoted_scalar_may_start_with_anything(string indent, string expected)
    {
        Assert.Equal(expected, Value($"a:\n    - b: \"x\n{indent}y\n      z\"\n"));
    }

    [Theory]
    [InlineData("\t")]
    [InlineData("\t \t ")]
    [InlineData("")]
    [InlineData("        ")]
    public void Continuation_lines_of_a_single_quoted_scalar_may_start_with_anything(string indent)
    {
        Assert.Equal("x 'y' z", Value($"a:\n    - b: 'x\n{indent}''y''\n      z'\n"));
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\r")]
    public void Every_kind_of_line_break_is_known(string lineBreak)
    {
        Assert.Equal(
            "x y z", Value($"a:\n    - b: \"x\n\ty\n      z\"\n".Replace("\n", lineBreak, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("\"x\n\t\n\ty\"", "x\ny")]
    [InlineData("\"x\n\n\n\ty\"", "x\n\ny")]
    [InlineData("\"x \t\n\ty\"", "x y")]
    [InlineData("\"x\\\n\ty\"", "xy")]
    [InlineData("\"x\\\r\n\ty\"", "xy")]
    [InlineData("\"x\n\t\\ty\"", "x \ty")]
    [InlineData("\"x\\\"\n\ty\\\\\"", "x\" y\\")]
    [InlineData("\"x\n\t'y' # no comment\"", "x 'y' # no comment")]
    [InlineData("\"x\n\ty: z\"", "x y: z")]
    [InlineData("'x\n\ty\\'", "x y\\")]
    [InlineData("\"x\n\t--- y\"", "x --- y")]
    [InlineData("!!str \"x\n\ty\"", "x y")]
    [InlineData("\"x\n\té 😀\u2028\u0085y\"", "x é 😀\u2028\u0085y")]
    public void The_rest_of_the_scalar_is_read_as_ever(string scalar, string expected)
    {
        Assert.Equal(expected, Value($"a:\n    - b: {scalar}\n"));
    }

    [Fact]
    public void Quoted_scalars_inside_brackets_are_mended_too()
    {
        Assert.Equal("x y", Value("a:\n    - {c: d, b: \"x\n\ty\"}\n"));
    }

    [Fact]
    public void Many_scalars_are_mended_and_block_scalars_between_them_are_not_touched()
    {
        var block = "    - b: |\n        \"one\n        \ttab\n          'three\n\n        four\"\n";
        var quoted = "    - b: \"it's\n\tmended\"\n";
        var text = "a:\n" + string.Concat(Enumerable.Repeat(block + quoted, 50));

        var items = ((YamlSequence)Root(text).Find("a")!).Items.Select(item =>
            ((YamlScalar)((YamlMapping)item).Find("b")!).Value);

        var pair = new[] { "\"one\n\ttab\n  'three\n\nfour\"\n", "it's mended" };
        Assert.Equal(Enumerable.Repeat(pair, 50).SelectMany(values => values), items);
    }

    [Theory]
    [InlineData("|", "\tx\n\n \ty  \n")]
    [InlineData("|-", "\tx\n\n \ty  ")]
    [InlineData("|+", "\tx\n\n \ty  \n\n")]
    [InlineData("|2", "\tx\n\n \ty  \n")]
    public void Tabs_in_a_literal_block_are_content(string header, string expected)
    {
        Assert.Equal(expected, Value($"a:\n- b: {header}\n    \tx\n\n     \ty  \n\n"));
    }

    [Fact]
    public void Tabs_in_a_folded_block_are_content()
    {
        Assert.Equal("x\n\ty\nz \"\tq\n", Value("a:\n- b: >\n    x\n    \ty\n    z\n    \"\tq\n"));
    }

    [Theory]
    [InlineData("x\n   \t y", "x y")]
    [InlineData("x\n      \ty\n      \t\tz", "x y z")]
    public void Tabs_after_the_indentation_of_a_plain_scalar_are_no_content(string plain, string expected)
    {
        Assert.Equal(expected, Value($"a:\n- b: {plain}\n"));
    }

    [Theory]
    [InlineData("a:\n- b: x\n\ty\n")]
    [InlineData("a:\n\tb: x\n")]
    [InlineData("a:\n  - b: \"x\n--- y\"\n")]
    [InlineData("a:\n  - b: \"x\n\ty\n")]
    [InlineData("a:\n  - b: \"x\n\ty\\q\"\n")]
    [InlineData("a:\n  - b: 'x\n\ty\n")]
    public void What_is_broken_otherwise_stays_refused_with_its_line(string text)
    {
        Assert.Null(YamlLoader.Load(text, out var problem));
        Assert.StartsWith("not valid YAML at line ", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_of_nothing_but_scalars_to_mend_is_given_up_in_bounded_time()
    {
        var text = "a:\n" + string.Concat(Enumerable.Repeat("  - \"x\n\ty\"\n", 80_000));

        Assert.Null(YamlLoader.Load(text, out var problem));
        Assert.Contains("found wrong indentation", problem, StringComparison.Ordinal);
    }

    private static string Value(string text)
    {
        var item = ((YamlSequence)Root(text).Find("a")!).Items[0];
        return ((YamlScalar)((YamlMapping)item).Find("b")!).Value;
    }

    private static YamlMapping Root(string text) => (YamlMapping)TreeDifferences.Load(text);
}
