using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Gateway.Http;

/// <summary>Asks of fields what they must be, one after the other, and keeps the first problem.</summary>
internal struct FieldChecks
{
    public string? Problem { get; private set; }

    public void Must(bool holds, string problem)
    {
        if (!holds) Problem ??= problem;
    }

    public string? Text(in TextField field, string name)
    {
        Problem ??= field.FindProblem(name);
        return field.Value;
    }

    public long? Integer(in NumberField field, string name)
    {
        var problem = field.TryInteger(name, out var value);
        Problem ??= problem;
        return value;
    }

    public Number? Number(in NumberField field, string name)
    {
        var problem = field.TryNumber(name, out var value);
        Problem ??= problem;
        return value;
    }
}
