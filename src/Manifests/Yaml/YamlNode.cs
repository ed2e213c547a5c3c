using System.Collections.Immutable;

namespace Sluice.Manifests.Yaml;

/// <summary>How a scalar is written. Only <see cref="Plain"/> may mean something else than text.</summary>
internal enum YamlStyle
{
    Plain,
    SingleQuoted,
    DoubleQuoted,
    Literal,
}

/// <summary>What a scalar means in the core schema.</summary>
internal enum ScalarKind
{
    Null,
    Boolean,
    Number,
    Text,
}

/// <summary>
/// A YAML tree with anchors, merge keys and tags already resolved. Immutable, so that an aliased part is shared and
/// not copied, and an edit of one place never shows in another.
/// </summary>
internal abstract class YamlNode;

internal sealed class YamlScalar(string value, YamlStyle style) : YamlNode
{
    public string Value { get; } = value;

    public YamlStyle Style { get; } = style;

    public ScalarKind Kind => Style == YamlStyle.Plain ? CoreSchema.KindOf(Value) : ScalarKind.Text;

    public static YamlScalar Text(string value) => new(value, YamlStyle.DoubleQuoted);
}

internal sealed class YamlSequence(ImmutableArray<YamlNode> items) : YamlNode
{
    public ImmutableArray<YamlNode> Items { get; } = items;
}

internal readonly record struct YamlEntry(YamlScalar Key, YamlNode Value);

internal sealed class YamlMapping(ImmutableArray<YamlEntry> entries) : YamlNode
{
    public static readonly YamlMapping Empty = new([]);

    public ImmutableArray<YamlEntry> Entries { get; } = entries;

    public YamlNode? Find(string key)
    {
        foreach (var entry in Entries)
        {
            if (string.Equals(entry.Key.Value, key, StringComparison.Ordinal))
            {
                return entry.Value;
            }
        }

        return null;
    }

    /// <summary>Replaces the value in its place, or adds the key at the end.</summary>
    public YamlMapping With(string key, YamlNode value)
    {
        for (var index = 0; index < Entries.Length; index++)
        {
            if (string.Equals(Entries[index].Key.Value, key, StringComparison.Ordinal))
            {
                return new(Entries.SetItem(index, Entries[index] with { Value = value }));
            }
        }

        return new(Entries.Add(new(new YamlScalar(key, YamlStyle.Plain), value)));
    }

    public YamlMapping Without(string key) =>
        new(Entries.RemoveAll(entry => string.Equals(entry.Key.Value, key, StringComparison.Ordinal)));
}
