namespace Sluice.Storage.Archives;

/// <summary>The ids that an import gives to what others of its rows name.</summary>
internal sealed class ArchiveIds(string what)
{
    private readonly Dictionary<string, long> _ids = [];

    public long Newest => _ids.Count;

    /// <returns>From 1.</returns>
    public long Add(string name)
    {
        var id = _ids.Count + 1L;
        return _ids.TryAdd(name, id) ? id : throw new InvalidDataException($"the {what} '{name}' comes twice");
    }

    public long Find(string name) => _ids.TryGetValue(name, out var id)
        ? id
        : throw new InvalidDataException($"a row names the {what} '{name}', which did not come before it");
}
