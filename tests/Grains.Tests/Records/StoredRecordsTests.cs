using System.Text.Json;

namespace Sluice.Grains.Tests.Records;

/// <summary>
/// A database outlives the version that wrote it, and while a cluster is upgraded two versions share it. What was
/// stored, and must therefore be read from now on, is kept as text: one line a form.
/// </summary>
public sealed class StoredRecordsTests
{
    /// <summary>As the version writes them that these tests belong to, with every member set.</summary>
    private const string Current = "stored-1.txt";

    /// <summary>The same with members that only a newer version knows.</summary>
    private const string Newer = "stored-newer.txt";

    /// <summary>With those members alone that were there from the beginning.</summary>
    private const string Older = "stored-older.txt";

    [Fact]
    public void What_is_stored_is_as_it_was()
    {
        var lines = StoredForm.All.Select(form => $"{form.Name} {form.Sample()}").ToList();
        if (!lines.SequenceEqual(File.ReadLines(PathOf(Current))))
        {
            var proposed = Path.Combine(AppContext.BaseDirectory, Current);
            File.WriteAllLines(proposed, lines);
            Assert.Fail(
                "what is stored has changed: a form that is new or has a new member goes into a file of its own "
                + $"version, beside {Current}; see {proposed}");
        }
    }

    [Fact]
    public void What_was_stored_is_read_and_written_with_the_same_bytes() =>
        Assert.All(Read(Current), line => Assert.Equal(line.Stored, line.Form.Rewrite(line.Stored)));

    [Fact]
    public void What_a_newer_version_has_added_is_read_past_and_kept_where_the_form_keeps_it()
    {
        var known = Read(Current).ToDictionary(line => line.Form, line => line.Stored);
        Assert.All(Read(Newer), line => Assert.Equal(
            line.Form.KeepsUnknown ? line.Stored : known[line.Form], line.Form.Rewrite(line.Stored)));
    }

    [Fact]
    public void What_an_older_version_has_left_away_is_read_as_none_and_loses_nothing_when_it_is_written()
    {
        foreach (var (form, stored) in Read(Older))
        {
            var written = form.Rewrite(stored);

            Assert.Equal(written, form.Rewrite(written));
            Assert.All(
                Members(stored), member => Assert.Equal(member.Value, Members(written).GetValueOrDefault(member.Key)));
        }
    }

    [Theory]
    [InlineData(Current)]
    [InlineData(Newer)]
    [InlineData(Older)]
    public void Every_form_is_kept(string file) =>
        Assert.Equal(StoredForm.All.Select(form => form.Name), Read(file).Select(line => line.Form.Name));

    private static List<(StoredForm Form, string Stored)> Read(string file) =>
        [.. File.ReadLines(PathOf(file)).Select(line => line.Split(' ', 2))
            .Select(parts => (StoredForm.All.Single(form => form.Name == parts[0]), parts[1]))];

    /// <summary>By path, each value as its text.</summary>
    private static Dictionary<string, string> Members(string json)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        using var document = JsonDocument.Parse(json);
        Add("", document.RootElement);
        return found;

        void Add(string path, JsonElement value)
        {
            if (value.ValueKind != JsonValueKind.Object)
            {
                found[path] = value.GetRawText();
                return;
            }

            foreach (var member in value.EnumerateObject())
            {
                Add($"{path}/{member.Name}", member.Value);
            }
        }
    }

    private static string PathOf(string file) => Path.Combine(AppContext.BaseDirectory, "Records", file);
}
