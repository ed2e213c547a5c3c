namespace Sluice.EmbeddedHost.Copying;

/// <summary>Copies the values of one call: what is one object before is one object after.</summary>
internal sealed class CopyContext
{
    private Dictionary<object, object>? _copies;

    public object? Copy(object? value, Copier? copier)
    {
        if (value is null || copier is null)
        {
            return value;
        }

        return _copies is not null && _copies.TryGetValue(value, out var known) ? known : copier.Copy(value, this);
    }

    /// <summary>Remembers a copy before its parts are copied, so that a cycle finds its way back.</summary>
    public void Remember(object original, object copy)
    {
        if (!original.GetType().IsValueType)
        {
            (_copies ??= new(ReferenceEqualityComparer.Instance))[original] = copy;
        }
    }
}
