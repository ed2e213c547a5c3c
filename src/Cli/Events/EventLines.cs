using Sluice.Cli.Output;
using Sluice.Grains.Interfaces.Events;

namespace Sluice.Cli.Events;

/// <summary>
/// One line an event: when, of which job, what, and why. As wide as the names of the first ones ask for.
/// </summary>
internal sealed class EventLines(IEnumerable<ClusterEvent> first)
{
    private const int LeastJobWidth = 12;
    private const int MostJobWidth = 40;
    private const int KindWidth = 12;

    private readonly int _jobWidth = Math.Min(
        MostJobWidth, first.Select(happened => happened.Job?.Length ?? 0).Append(LeastJobWidth).Max());

    public string Of(ClusterEvent happened) =>
        $"{Numbers.At(happened.Time)}  {(happened.Job ?? "-").PadRight(_jobWidth)}  "
        + $"{happened.Kind,-KindWidth}  {happened.Reason.ReplaceLineEndings(" ")}";
}
