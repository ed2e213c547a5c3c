namespace Sluice.Manifests.Yaml;

/// <summary>What is wrong with a manifest, in the order it was found, each thing once.</summary>
internal sealed class ProblemList
{
    /// <summary>A person mends a few at a time; the rest is only counted.</summary>
    private const int MaxShown = 8;

    private readonly List<string> _shown = [];
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    public bool IsEmpty => _shown.Count == 0;

    /// <summary>Null where there is none.</summary>
    public string? Text => IsEmpty
        ? null
        : string.Join("; ", _shown) + (_seen.Count == _shown.Count ? "" : $"; and {_seen.Count - _shown.Count} more");

    public void Add(NodePath path, string text) => Add($"{path}: {text}");

    public void Add(string text)
    {
        if (_seen.Add(text) && _shown.Count < MaxShown)
        {
            _shown.Add(text);
        }
    }
}
