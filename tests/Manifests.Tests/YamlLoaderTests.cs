using System.Text;
using Sluice.Manifests.Yaml;

namespace Sluice.Manifests.Tests;

public sealed class YamlLoaderTests
{
    [Theory]
    [InlineData(null, "the manifest is empty")]
    [InlineData("", "the manifest is empty")]
    [InlineData("# nothing\n", "the manifest is empty")]
    [InlineData("---\n---\n", "the manifest is empty")]
    [InlineData("a: 1\n---\nb: 2\n", "the manifest has several documents; deploy them one by one")]
    [InlineData("a: 1\n---\nb: 2\n---\nc: [", "the manifest has several documents; deploy them one by one")]
    [InlineData("a: 1\na: 2\n", "not valid YAML at line 2, column 1: the key \"a\" is there twice")]
    [InlineData("a: {b: 1, \"b\": 2}\n", "not valid YAML at line 1, column 11: the key \"b\" is there twice")]
    [InlineData("[a]: 1\n", "not valid YAML at line 1, column 1: a key must be text")]
    [InlineData(": 1\n", "not valid YAML at line 1, column 1: a key must have 1 to 512 characters")]
    [InlineData("a: *b\n", "not valid YAML at line 1, column 4: the alias names no earlier anchor")]
    [InlineData("a: &b [*b]\n", "not valid YAML at line 1, column 8: the alias names no earlier anchor")]
    [InlineData(
        "a: !!binary aGk=\n", "not valid YAML at line 1, column 4: the tag \"tag:yaml.org,2002:binary\" is not known")]
    [InlineData("a: !mine {}\n", "not valid YAML at line 1, column 4: the tag \"!mine\" is not known")]
    [InlineData("<<: 3\n", "not valid YAML at line 1, column 1: a merge key (<<) must name mappings")]
    [InlineData("a: \"\\ud800\"\n",
        "not valid YAML at line 1, column 4: While scanning a quoted scalar, found invalid Unicode surrogates.")]
    [InlineData("a: b\u0000\n", "line 1 has the character U+0000, which YAML does not allow")]
    [InlineData("a: b\nc: \u001b[1m\n", "line 2 has the character U+001B, which YAML does not allow")]
    [InlineData("a: \ufdd0\n", "line 1 has the character U+FDD0, which YAML does not allow")]
    public void A_text_that_is_no_single_document_is_refused_with_the_reason(string? text, string expected)
    {
        Assert.Null(YamlLoader.Load(text, out var problem));
        Assert.Equal(expected, problem);
    }

    [Theory]
    [InlineData("a: \"\\UFFFFFFFF\"\n")]
    [InlineData("...\n...\n")]
    [InlineData("a: [\nx]\n")]
    [InlineData("a: b: c\n")]
    [InlineData("a: {\n")]
    [InlineData("%YAML 9\n---\n")]
    [InlineData("a: @b\n")]
    [InlineData("- a\nb: c\n")]
    [InlineData("a: 'b\n")]
    public void A_broken_text_is_refused_and_not_thrown_at_the_caller(string text)
    {
        Assert.Null(YamlLoader.Load(text, out var problem));
        Assert.StartsWith("not valid YAML", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_lone_surrogate_is_refused()
    {
        Assert.Null(YamlLoader.Load("a: \ud800\n", out var problem));
        Assert.Equal("line 1 has the character U+D800, which YAML does not allow", problem);
        Assert.Null(YamlLoader.Load("a: \udc00\n", out _));
        Assert.Null(YamlLoader.Load("a: \ud83d", out _));
    }

    [Theory]
    [InlineData("---\na: 1\n")]
    [InlineData("# c\n---\n# d\n---\na: 1\n...\n")]
    [InlineData("a: 1\n---\n")]
    [InlineData("\ufeffa: 1\n")]
    [InlineData("%YAML 1.2\n---\na: 1\n")]
    [InlineData("{\n\t\"a\": 1\n}\n")]
    [InlineData("a: 1 # \ud83d\ude00\r\n")]
    public void Empty_documents_marks_and_directives_are_passed_over(string text)
    {
        Assert.Equal("1", ((YamlScalar)((YamlMapping)TreeDifferences.Load(text)).Find("a")!).Value);
    }

    [Theory]
    [InlineData("base: &b {x: 1, y: 2}\nc: *b\n", "base: {x: 1, y: 2}\nc: {x: 1, y: 2}\n")]
    [InlineData("a: &a [1]\nb: [*a, *a]\n", "a: [1]\nb: [[1], [1]]\n")]
    [InlineData("a: &a k\n*a : 1\n", "a: k\nk: 1\n")]
    [InlineData("a: &a 1\nb: &a 2\nc: *a\n", "a: 1\nb: 2\nc: 2\n")]
    [InlineData("a: &a {x: 1, y: 2}\nb: {y: 3, <<: *a, z: 4}\n", "a: {x: 1, y: 2}\nb: {y: 3, x: 1, z: 4}\n")]
    [InlineData(
        "a: &a {x: 1}\nb: &b {x: 2, y: 2}\nc: {<<: [*a, *b]}\n", "a: {x: 1}\nb: {x: 2, y: 2}\nc: {x: 1, y: 2}\n")]
    [InlineData("a: {\"<<\": {x: 1}}\n", "a: {\"<<\": {x: 1}}\n")]
    [InlineData("a: !!str 1\nb: ! 2\nc: !!map {}\nd: !!seq []\n", "a: \"1\"\nb: \"2\"\nc: {}\nd: []\n")]
    public void Aliases_merge_keys_and_tags_are_resolved(string text, string written)
    {
        Assert.Empty(TreeDifferences.Between(written, text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("~")]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("False")]
    [InlineData("12")]
    [InlineData("-1.5e3")]
    [InlineData("0x1f")]
    [InlineData(".inf")]
    [InlineData("yes")]
    [InlineData("1.2.3")]
    [InlineData("0o9")]
    [InlineData("e3")]
    public void Only_a_plain_scalar_may_be_something_else_than_text(string value)
    {
        Assert.Equal(ScalarKind.Text, new YamlScalar(value, YamlStyle.SingleQuoted).Kind);
        Assert.Equal(
            value switch
            {
                "" or "~" or "null" => ScalarKind.Null,
                "true" or "False" => ScalarKind.Boolean,
                "12" or "-1.5e3" or "0x1f" or ".inf" => ScalarKind.Number,
                _ => ScalarKind.Text,
            },
            new YamlScalar(value, YamlStyle.Plain).Kind);
    }

    [Fact]
    public void Text_is_at_most_1_MiB_of_UTF_8()
    {
        Assert.NotNull(YamlLoader.Load("a: " + new string('x', (1024 * 1024) - 3), out _));
        Assert.Null(YamlLoader.Load("a: " + new string('x', (1024 * 1024) - 2), out var problem));
        Assert.Equal("the manifest is over 1 MiB", problem);
        Assert.Null(YamlLoader.Load("a: " + new string('é', 600_000), out problem));
        Assert.Equal("the manifest is over 1 MiB", problem);
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void Nesting_has_a_limit(int depth, bool isAccepted)
    {
        var brackets = new string('[', depth) + new string(']', depth);
        Assert.Equal(isAccepted, YamlLoader.Load(brackets, out var problem) is not null);
        Assert.Equal(isAccepted, problem is null);

        var indented = string.Concat(Enumerable.Range(0, depth).Select(level => $"{new string(' ', level)}a:\n"));
        Assert.Equal(isAccepted, YamlLoader.Load(indented, out _) is not null);
    }

    [Fact]
    public void Nesting_by_aliases_counts_as_if_it_were_written_out()
    {
        var text = new StringBuilder("a0: &a0 [x]\n");
        for (var level = 1; level <= 80; level++)
        {
            text.Append($"a{level}: &a{level} [*a{level - 1}]\n");
        }

        Assert.Null(YamlLoader.Load(text.ToString(), out var problem));
        Assert.Contains("nested deeper than 64 levels", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[*a{0},*a{0},*a{0},*a{0},*a{0},*a{0},*a{0},*a{0},*a{0}]")]
    [InlineData("{{x: *a{0}, y: *a{0}}}")]
    public void A_short_text_cannot_become_a_huge_tree(string laugh)
    {
        var text = new StringBuilder("a0: &a0 lol\n");
        for (var level = 1; level <= 30; level++)
        {
            text.Append($"a{level}: &a{level} ").AppendFormat(null, laugh, level - 1).Append('\n');
        }

        Assert.Null(YamlLoader.Load(text.ToString(), out var problem));
        Assert.Contains("aliases written out", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Long_text_that_is_repeated_by_aliases_has_a_limit()
    {
        var text = $"a: &a {new string('x', 100_000)}\nb: [{string.Join(", ", Enumerable.Repeat("*a", 100))}]\n";

        Assert.Null(YamlLoader.Load(text, out var problem));
        Assert.Contains("4194304 characters, aliases written out", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{")]
    [InlineData("{a: ")]
    [InlineData("- ")]
    [InlineData("? ")]
    [InlineData("&a ")]
    [InlineData("*a ")]
    [InlineData("a: ")]
    [InlineData("\t")]
    [InlineData("\n")]
    [InlineData("# \n")]
    [InlineData("\"")]
    [InlineData("'")]
    [InlineData("'\n")]
    [InlineData("- a\n")]
    [InlineData("a,")]
    [InlineData("|")]
    [InlineData("---\n")]
    [InlineData("...\n")]
    [InlineData("a: |\n\n\n")]
    [InlineData("- \"x\n")]
    [InlineData("\ud83d\ude00")]
    [InlineData("!")]
    [InlineData("%")]
    [InlineData("$(")]
    public void A_long_run_of_anything_is_answered(string piece)
    {
        var text = new StringBuilder();
        while (text.Length + piece.Length <= 60_000)
        {
            text.Append(piece);
        }

        var reading = ManifestReader.Read(text.ToString());

        Assert.Null(reading.Manifest);
        Assert.InRange(reading.Problem!.Length, 1, 2000);
    }
}
