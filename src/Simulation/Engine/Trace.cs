using System.Globalization;

namespace Sluice.Simulation.Engine;

/// <summary>What happened, a line each: virtual seconds, who, what. Costs nothing where nobody reads it.</summary>
internal sealed class Trace(TextWriter? output)
{
    private Simulator? _simulator;

    public bool IsOn => output is not null;

    public void Of(Simulator simulator) => _simulator = simulator;

    public void Write(string who, string what)
    {
        if (output is not null)
        {
            var seconds = (_simulator?.Now ?? TimeSpan.Zero).TotalSeconds;
            output.Write(string.Create(CultureInfo.InvariantCulture, $"{seconds,12:F6}  {who,-8}  {what}\n"));
        }
    }
}
