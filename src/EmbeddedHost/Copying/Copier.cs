namespace Sluice.EmbeddedHost.Copying;

/// <summary>Copies values of a type whole, with all that may change in them.</summary>
internal abstract class Copier
{
    public abstract object Copy(object value, CopyContext context);
}

/// <summary>Copies by what a value really is, where the declared type leaves that open.</summary>
internal sealed class RuntimeTypeCopier(Copiers copiers) : Copier
{
    public override object Copy(object value, CopyContext context) =>
        copiers.ForActual(value.GetType())?.Copy(value, context) ?? value;
}

internal sealed class ArrayCopier(Type elementType, Copiers copiers) : Copier
{
    private readonly Copier? _element = copiers.ForDeclared(elementType);

    public override object Copy(object value, CopyContext context)
    {
        var copy = (Array)((Array)value).Clone();
        context.Remember(value, copy);
        if (_element is not null)
        {
            for (var index = 0; index < copy.Length; index++)
            {
                copy.SetValue(context.Copy(copy.GetValue(index), _element), index);
            }
        }

        return copy;
    }
}

internal sealed class ListCopier<T>(Copiers copiers) : Copier
{
    private readonly Copier? _element = copiers.ForDeclared(typeof(T));

    public override object Copy(object value, CopyContext context)
    {
        var list = (List<T>)value;
        var copy = new List<T>(list.Count);
        context.Remember(value, copy);
        copy.AddRange(_element is null ? list : list.Select(element => (T)context.Copy(element, _element)!));
        return copy;
    }
}

internal sealed class SetCopier<T>(Copiers copiers) : Copier
{
    private readonly Copier? _element = copiers.ForDeclared(typeof(T));

    public override object Copy(object value, CopyContext context)
    {
        var set = (HashSet<T>)value;
        var copy = new HashSet<T>(set.Count, set.Comparer);
        context.Remember(value, copy);
        copy.UnionWith(_element is null ? set : set.Select(element => (T)context.Copy(element, _element)!));
        return copy;
    }
}

internal sealed class DictionaryCopier<TKey, TValue>(Copiers copiers) : Copier
    where TKey : notnull
{
    private readonly Copier? _key = copiers.ForDeclared(typeof(TKey));
    private readonly Copier? _value = copiers.ForDeclared(typeof(TValue));

    public override object Copy(object value, CopyContext context)
    {
        var dictionary = (Dictionary<TKey, TValue>)value;
        var copy = new Dictionary<TKey, TValue>(dictionary.Count, dictionary.Comparer);
        context.Remember(value, copy);
        foreach (var (key, element) in dictionary)
        {
            copy.Add((TKey)context.Copy(key, _key)!, (TValue)context.Copy(element, _value)!);
        }

        return copy;
    }
}
