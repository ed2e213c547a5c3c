using System.Collections.Immutable;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Sluice.Manifests.Yaml;

/// <summary>
/// Makes a tree of one document's events. Aliases share what they name, and are counted as if it were written out, so
/// that a short text cannot become a huge tree. What is refused is thrown as the parser's own exception, with its
/// place.
/// </summary>
internal sealed class YamlTreeBuilder(IParser parser)
{
    private const string CoreTags = "tag:yaml.org,2002:";

    private readonly Dictionary<string, Anchored> _anchors = new(StringComparer.Ordinal);
    private int _nodes;
    private int _chars;

    private readonly record struct Anchored(YamlNode Node, int Nodes, int Chars, int Height);

    public YamlNode Build() => BuildNode(depth: 0, out _);

    private YamlNode BuildNode(int depth, out int height)
    {
        if (parser.TryConsume<AnchorAlias>(out var alias))
        {
            return Resolve(alias, depth, out height);
        }

        var (nodes, chars) = (_nodes, _chars);
        var start = parser.Consume<NodeEvent>();
        YamlNode node = start switch
        {
            Scalar scalar => BuildScalar(scalar, out height),
            SequenceStart => BuildSequence(start, depth, out height),
            _ => BuildMapping(start, depth, out height),
        };
        if (!start.Anchor.IsEmpty)
        {
            _anchors[start.Anchor.Value] = new(node, _nodes - nodes, _chars - chars, height);
        }

        return node;
    }

    private YamlNode Resolve(AnchorAlias alias, int depth, out int height)
    {
        if (!_anchors.TryGetValue(alias.Value.Value, out var anchored))
        {
            throw Refuse(alias, "the alias names no earlier anchor");
        }

        Count(alias, anchored.Nodes, anchored.Chars);
        height = anchored.Height;
        CheckDepth(alias, depth + height);
        return anchored.Node;
    }

    private YamlScalar BuildScalar(Scalar scalar, out int height)
    {
        height = 0;
        Count(scalar, 1, scalar.Value.Length);
        var value = YamlText.Undisguise(scalar.Value);
        if (HasLoneSurrogate(value))
        {
            throw Refuse(scalar, "the text is not valid Unicode");
        }

        if (IsText(scalar))
        {
            return YamlScalar.Text(value);
        }

        RefuseTag(scalar, scalar.Tag.IsEmpty);
        return new(value, scalar.Style switch
        {
            ScalarStyle.SingleQuoted => YamlStyle.SingleQuoted,
            ScalarStyle.DoubleQuoted => YamlStyle.DoubleQuoted,
            ScalarStyle.Literal or ScalarStyle.Folded => YamlStyle.Literal,
            _ => YamlStyle.Plain,
        });
    }

    private YamlSequence BuildSequence(NodeEvent start, int depth, out int height)
    {
        RefuseTag(start, start.Tag.IsEmpty || start.Tag.Value == CoreTags + "seq");
        Count(start, 1, 0);
        CheckDepth(start, depth + 1);
        height = 1;
        var items = ImmutableArray.CreateBuilder<YamlNode>();
        while (!parser.TryConsume<SequenceEnd>(out _))
        {
            items.Add(BuildNode(depth + 1, out var below));
            height = Math.Max(height, below + 1);
        }

        return new(items.ToImmutable());
    }

    private YamlMapping BuildMapping(NodeEvent start, int depth, out int height)
    {
        RefuseTag(start, start.Tag.IsEmpty || start.Tag.Value == CoreTags + "map");
        Count(start, 1, 0);
        CheckDepth(start, depth + 1);
        height = 1;
        var entries = ImmutableArray.CreateBuilder<YamlEntry>();
        var keys = new HashSet<string>(StringComparer.Ordinal);
        var mergeAt = -1;
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var at = parser.Current!;
            var key = BuildKey(at, depth);
            if (!keys.Add(key.Value))
            {
                throw Refuse(at, $"the key {Quoting.Quote(key.Value)} is there twice");
            }

            if (key is { Style: YamlStyle.Plain, Value: "<<" })
            {
                mergeAt = entries.Count;
            }

            entries.Add(new(key, BuildNode(depth + 1, out var below)));
            height = Math.Max(height, below + 1);
        }

        return new(mergeAt < 0 ? entries.ToImmutable() : Merge(start, entries, mergeAt, keys));
    }

    private YamlScalar BuildKey(ParsingEvent at, int depth)
    {
        if (BuildNode(depth + 1, out _) is not YamlScalar key)
        {
            throw Refuse(at, "a key must be text");
        }

        if (key.Value.Length == 0 || key.Value.Length > ManifestLimits.MaxKeyChars)
        {
            throw Refuse(at, $"a key must have 1 to {ManifestLimits.MaxKeyChars} characters");
        }

        return key;
    }

    /// <summary>
    /// Puts what a merge key names in its place; keys of the mapping itself win, then the mapping named first.
    /// </summary>
    private static ImmutableArray<YamlEntry> Merge(
        NodeEvent start, ImmutableArray<YamlEntry>.Builder entries, int mergeAt, HashSet<string> keys)
    {
        var named = entries[mergeAt].Value is YamlSequence several ? several.Items : [entries[mergeAt].Value];
        entries.RemoveAt(mergeAt);
        foreach (var node in named)
        {
            if (node is not YamlMapping mapping)
            {
                throw Refuse(start, "a merge key (<<) must name mappings");
            }

            foreach (var entry in mapping.Entries.Where(entry => keys.Add(entry.Key.Value)))
            {
                entries.Insert(mergeAt++, entry);
            }
        }

        return entries.ToImmutable();
    }

    private static bool IsText(Scalar scalar) =>
        !scalar.Tag.IsEmpty && scalar.Tag.Value is CoreTags + "str" or "!";

    private static void RefuseTag(NodeEvent node, bool isKnown)
    {
        if (!isKnown)
        {
            throw Refuse(node, $"the tag {Quoting.Quote(node.Tag.Value)} is not known");
        }
    }

    private void Count(ParsingEvent at, int nodes, int chars)
    {
        _nodes += nodes;
        _chars += chars;
        if (_nodes > ManifestLimits.MaxNodes || _chars > ManifestLimits.MaxScalarChars)
        {
            throw Refuse(
                at,
                $"over {ManifestLimits.MaxNodes} nodes or {ManifestLimits.MaxScalarChars} characters, "
                + "aliases written out");
        }
    }

    private static void CheckDepth(ParsingEvent at, int depth)
    {
        if (depth > ManifestLimits.MaxDepth)
        {
            throw Refuse(at, $"nested deeper than {ManifestLimits.MaxDepth} levels");
        }
    }

    private static bool HasLoneSurrogate(string value)
    {
        for (var index = 0; index < value.Length; index++)
        {
            if (char.IsHighSurrogate(value[index]) && index + 1 < value.Length && char.IsLowSurrogate(value[index + 1]))
            {
                index++;
            }
            else if (char.IsSurrogate(value[index]))
            {
                return true;
            }
        }

        return false;
    }

    private static SemanticErrorException Refuse(ParsingEvent at, string reason) => new(at.Start, at.End, reason);
}
