using System.Globalization;

namespace Sluice.Manifests.Yaml;

/// <summary>
/// Where a node stands, as problems name it: <c>spec.containers[0].resources.limits["nvidia.com/gpu"]</c>.
/// </summary>
internal sealed class NodePath
{
    public static readonly NodePath Root = new(null, null, -1);

    private readonly NodePath? _parent;
    private readonly string? _key;
    private readonly int _index;

    private NodePath(NodePath? parent, string? key, int index)
    {
        _parent = parent;
        _key = key;
        _index = index;
    }

    public NodePath Child(string key) => new(this, key, -1);

    public NodePath Item(int index) => new(this, null, index);

    /// <summary>The tree with another node in this place, which must exist.</summary>
    public YamlNode Replace(YamlNode root, Func<YamlNode, YamlNode> change)
    {
        if (_parent is null)
        {
            return change(root);
        }

        return _parent.Replace(root, node => node switch
        {
            YamlMapping mapping when _key is not null => mapping.With(_key, change(mapping.Find(_key)!)),
            YamlSequence sequence when _key is null => new YamlSequence(
                sequence.Items.SetItem(_index, change(sequence.Items[_index]))),
            _ => throw new InvalidOperationException($"No node at {this}."),
        });
    }

    /// <summary>The node in this place, which must exist.</summary>
    public YamlNode Find(YamlNode root) => _parent is null
        ? root
        : _parent.Find(root) switch
        {
            YamlMapping mapping when _key is not null => mapping.Find(_key)!,
            YamlSequence sequence when _key is null => sequence.Items[_index],
            _ => throw new InvalidOperationException($"No node at {this}."),
        };

    public override string ToString()
    {
        if (_parent is null)
        {
            return "the manifest";
        }

        var before = _parent._parent is null ? "" : _parent.ToString();
        if (_key is null)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{before}[{_index}]");
        }

        return _key.All(char.IsAsciiLetterOrDigit)
            ? (before.Length == 0 ? _key : $"{before}.{_key}")
            : $"{before}[{Quoting.Quote(_key)}]";
    }
}
