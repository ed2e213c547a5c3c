using System.Globalization;

namespace Sluice.Bench.Report;

/// <summary>The two marks of the design for one kind of work.</summary>
/// <param name="First">The first column.</param>
/// <param name="Then">The second column.</param>
/// <param name="Unit">Empty for a ratio.</param>
internal sealed record Target(double First, double Then, string Unit = "")
{
    public static readonly Target Write = new(0.30, 0.50);
    public static readonly Target GetJob = new(0.75, 0.9);
    public static readonly Target BestCandidate = new(0.7, 0.9);
    public static readonly Target FullList = new(0.25, 0.5);
    public static readonly Target WritesOfMany = new(0.75, 0.9);
    public static readonly Target Pairs = new(5000, 10_000, " /s");
    public static readonly Target Ready = new(1.5, 0.5, " s");
    public static readonly Target Memory = new(300, 150, " MB");

    /// <summary>What was measured, against the marks.</summary>
    public string Judge(double measured) =>
        IsReached(measured, Then) ? "yes, second" : IsReached(measured, First) ? "yes" : "no";

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{First:0.##}{Unit} / {Then:0.##}{Unit}");

    // Of what is counted in a unit, less is better.
    private bool IsReached(double measured, double mark) => First > Then ? measured <= mark : measured >= mark;
}
