using System.Collections.Concurrent;
using System.Globalization;
using Sluice.Lab.Metrics;
using Sluice.Lab.Model;
using Sluice.Lab.Workloads;
using static Sluice.Lab.Tests.Support.Jobs;

namespace Sluice.Lab.Tests.Reference;

/// <summary>The reference's rows of one policy in one scenario, with what the Lab reaches on the same workloads.</summary>
internal sealed class ReferenceGroup
{
    /// <summary>The reference rounds to three digits after the point.</summary>
    private const double Rounding = 0.0011;

    private static readonly Lazy<ReferenceGroup[]> Played = new(PlayAll);

    private readonly PlayedRow[] _rows;

    private ReferenceGroup(string scenario, string load, string policy, PlayedRow[] rows) =>
        (Scenario, Load, Policy, _rows) = (scenario, load, policy, rows);

    public string Scenario { get; }

    /// <summary>Such as <c>load1.0</c>.</summary>
    public string Load { get; }

    public string Policy { get; }

    /// <summary>Moves jobs at checkpoints: section 3.7 of the reference, which is compared on the mean.</summary>
    public bool IsLazy => Policy.Contains("lazy-", StringComparison.Ordinal)
        || Policy.Contains("hybrid-", StringComparison.Ordinal);

    /// <summary>Largest deviation of the average completion time of a workload.</summary>
    public double WorstRow => _rows.Max(row => Math.Abs(
        row.Metrics.AverageJct / row.Row.Number("avg_jct") - 1));

    /// <summary>Deviation of the mean over the workloads.</summary>
    public double Mean => Math.Abs(
        _rows.Average(row => row.Metrics.AverageJct) / _rows.Average(row => row.Row.Number("avg_jct")) - 1);

    public static IReadOnlyList<ReferenceGroup> All => Played.Value;

    /// <summary>Policies of the reference that the Lab has not.</summary>
    public static IEnumerable<string> Missing => ReferenceData.Results().Select(row => row.Text("policy"))
        .Where(name => ReferenceData.Policy(name) is null)
        .Distinct();

    /// <summary>Values of any column that are further off than that.</summary>
    public IEnumerable<string> FurtherOffThan(double tolerance) =>
        from row in _rows
        from column in ReferenceData.Columns
        let expected = row.Row.Number(column.Name)
        let value = column.Value(row.Metrics)
        where Math.Abs(value - expected) > Math.Max(tolerance * expected, Rounding)
        select string.Create(
            CultureInfo.InvariantCulture,
            $"{Scenario} {row.Row.Text("workload")} {Policy}: {column.Name} {value:F3} for {expected:F3}");

    /// <summary>
    /// Shares of unfairly treated jobs that cannot be. In the reference rounding decides on which side jobs fall that get
    /// just their fair share.
    /// </summary>
    public IEnumerable<string> WrongUnfairShares() =>
        from row in _rows
        let expected = row.Row.Number("rho_over_1_share")
        where expected < row.Metrics.UnfairShare - Rounding || expected > row.MostUnfair + Rounding
        select string.Create(
            CultureInfo.InvariantCulture,
            $"{Scenario} {row.Row.Text("workload")} {Policy}: rho_over_1_share {row.Metrics.UnfairShare:F3} for {expected:F3}");

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Scenario} {Load} {Policy}: row {100 * WorstRow:F2} %, mean {100 * Mean:F2} %");

    private static ReferenceGroup[] PlayAll()
    {
        var folder = ReferenceData.Open();
        var rows = ReferenceData.Results().Where(row => ReferenceData.Policy(row.Text("policy")) is not null).ToArray();
        var workloads = rows.Select(row => row.Text("workload")).Distinct().ToDictionary(name => name, folder.ReadWorkload);
        var played = new ConcurrentDictionary<CsvRows.Row, PlayedRow>();
        Parallel.ForEach(rows, row => played[row] = PlayedRow.Of(row, LabGame.Play(
            workloads[row.Text("workload")],
            Scenario(row.Text("scenario")),
            new((int)row.Number("cluster_gpus")),
            ReferenceData.Policy(row.Text("policy"))!)));
        return
        [
            .. rows.GroupBy(row => (
                    Scenario: row.Text("scenario"), Load: row.Text("workload").Split('-')[0], Policy: row.Text("policy")))
                .Select(group => new ReferenceGroup(
                    group.Key.Scenario,
                    group.Key.Load,
                    ReferenceData.Policy(group.Key.Policy)!.Name,
                    [.. group.Select(row => played[row])])),
        ];
    }

    /// <param name="Row">Of the reference.</param>
    /// <param name="Metrics">What the Lab reaches.</param>
    /// <param name="MostUnfair">Share of jobs with their fair share or less.</param>
    private sealed record PlayedRow(CsvRows.Row Row, LabMetrics Metrics, double MostUnfair)
    {
        public static PlayedRow Of(CsvRows.Row row, LabRun run) => new(
            row,
            LabMetrics.Of(run),
            new Fairness(run).Rhos().Count(rho => rho > 1 - LabMetrics.SameRho) / (double)run.Jobs.Length);
    }
}
