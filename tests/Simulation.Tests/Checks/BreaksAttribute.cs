namespace Sluice.Simulation.Tests.Checks;

/// <summary>The test breaks the promise, and sees that it shows.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal sealed class BreaksAttribute(string promise) : Attribute
{
    public string Promise => promise;
}

/// <summary>A class of such tests.</summary>
internal interface IBreaksPromises
{
    /// <summary>What showed in the test that was run.</summary>
    IEnumerable<string> Broken { get; }
}
