using System.Globalization;

namespace Sluice.Manifests.Yaml;

/// <summary>
/// A place in the tree, there or missing. Reading what is of another type is noted as a problem that names the place,
/// and goes on with nothing, so that one reading finds all that is wrong. Null counts as missing.
/// </summary>
internal readonly struct YamlCursor
{
    private readonly YamlNode? _node;
    private readonly ProblemList _problems;

    public YamlCursor(YamlNode? node, NodePath path, ProblemList problems)
    {
        _node = node is YamlScalar { Kind: ScalarKind.Null } ? null : node;
        Path = path;
        _problems = problems;
    }

    public NodePath Path { get; }

    public bool IsMissing => _node is null;

    public YamlScalar? Scalar => _node as YamlScalar;

    public YamlCursor this[string key] => new(Mapping()?.Find(key), Path.Child(key), _problems);

    public void Problem(string text) => _problems.Add(Path, text);

    public YamlMapping? Mapping()
    {
        if (_node is not (null or YamlMapping))
        {
            Problem("must be a mapping");
        }

        return _node as YamlMapping;
    }

    public IEnumerable<YamlCursor> Items()
    {
        if (_node is not (null or YamlSequence))
        {
            Problem("must be a list");
        }

        var (path, problems) = (Path, _problems);
        return _node is YamlSequence sequence
            ? sequence.Items.Select((item, index) => new YamlCursor(item, path.Item(index), problems))
            : [];
    }

    public IEnumerable<YamlCursor> Values()
    {
        var (path, problems) = (Path, _problems);
        return Mapping() is { } mapping
            ? mapping.Entries.Select(entry => new YamlCursor(entry.Value, path.Child(entry.Key.Value), problems))
            : [];
    }

    /// <summary>Null where it is missing or no text. A number is no text, as Kubernetes has it.</summary>
    public string? Text()
    {
        if (_node is null or YamlScalar { Kind: ScalarKind.Text })
        {
            return (_node as YamlScalar)?.Value;
        }

        Problem(
            _node is YamlScalar scalar ? $"must be text; write it as {Quoting.Quote(scalar.Value)}" : "must be text");
        return null;
    }

    public string? RequiredText()
    {
        if (_node is null)
        {
            Problem("is required");
        }

        return Text();
    }

    /// <summary>Text, or a number or boolean as it is written; null where it is missing or a collection.</summary>
    public string? AnyText()
    {
        if (_node is not (null or YamlScalar))
        {
            Problem("must be text");
        }

        return (_node as YamlScalar)?.Value;
    }

    /// <summary>A number; 2.0 is 2. Null where it is missing or something else.</summary>
    public int? Integer(int min, int max)
    {
        if (_node is null)
        {
            return null;
        }

        if (_node is YamlScalar { Kind: ScalarKind.Number } scalar && WholeNumber.TryParse(scalar.Value, out var value)
            && value >= min && value <= max)
        {
            return (int)value;
        }

        var was = _node is YamlScalar other ? $", not {Quoting.Quote(other.Value)}" : "";
        Problem(string.Create(CultureInfo.InvariantCulture, $"must be a whole number from {min} to {max}{was}"));
        return null;
    }

    public bool? Boolean()
    {
        if (_node is YamlScalar { Kind: ScalarKind.Boolean } scalar)
        {
            return scalar.Value[0] is 't' or 'T';
        }

        if (_node is not null)
        {
            Problem("must be true or false");
        }

        return null;
    }
}
