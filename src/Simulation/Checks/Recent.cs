using System.Diagnostics.CodeAnalysis;

namespace Sluice.Simulation.Checks;

/// <summary>
/// What a check remembers: the newest entries, so that the longest history takes no more memory than one of a few
/// hours.
/// </summary>
internal sealed class Recent<TKey, TValue>
    where TKey : notnull
{
    private const int MaxEntries = 10_000;

    private readonly Dictionary<TKey, TValue> _entries = [];
    private readonly Queue<TKey> _inOrder = [];

    /// <summary>False: it is remembered already, and stays as it is.</summary>
    public bool TryAdd(TKey key, TValue value)
    {
        if (!_entries.TryAdd(key, value))
        {
            return false;
        }

        _inOrder.Enqueue(key);
        if (_inOrder.Count > MaxEntries)
        {
            _entries.Remove(_inOrder.Dequeue());
        }

        return true;
    }

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value) => _entries.TryGetValue(key, out value);

    public bool Contains(TKey key) => _entries.ContainsKey(key);
}
