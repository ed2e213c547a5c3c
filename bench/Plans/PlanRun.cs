using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Sluice.Scheduling.Ledger;
using Sluice.Scheduling.Placement;
using Sluice.Scheduling.Policies;

namespace Sluice.Bench.Plans;

/// <summary>What a policy took.</summary>
/// <param name="Waiting">Jobs that wait when it is measured.</param>
/// <param name="MedianMs">A plan after one job has notified.</param>
/// <param name="P99Ms">The same.</param>
/// <param name="AnewMs">A plan of which nothing was reckoned before, as after a restart; the median.</param>
internal sealed record PlanResult(int Waiting, double MedianMs, double P99Ms, double AnewMs);

/// <summary>A full cluster whose jobs notify, one after the other, and after each of which the policy plans.</summary>
internal sealed class PlanRun
{
    public const int GpusOfNode = 8;

    private const int Warmup = 200;
    private const int Measured = 400;
    private const int Anew = 5;
    private const int Finished = 150;

    private readonly Random _random = new(1);
    private readonly string _name;
    private readonly IPolicy _policy;
    private LedgerState _state;
    private DateTimeOffset _now = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    public PlanRun(string name, int jobs, int nodes)
    {
        (_name, _policy) = (name, Create(name));
        _state = CapacityLedger.ReportNodes(
            LedgerState.Empty,
            "bench",
            Enumerable.Range(0, nodes).Select(node => new LedgerNode($"node-{node}", "bench", GpusOfNode, true)),
            []);
        for (var job = 0; job < jobs + Finished; job++)
        {
            var claim = Claim(job);
            _state = CapacityLedger.Observe(_state, claim);
            if (job < Finished)
            {
                _state = CapacityLedger.Observe(_state, claim with { IsEnding = true, IsEnded = true });
            }
        }
    }

    public PlanResult Run()
    {
        Settle();
        var times = new List<double>();
        for (var round = 0; round < Warmup + Measured; round++)
        {
            Notify();
            var began = Stopwatch.GetTimestamp();
            var plan = _policy.Plan(_state, _now);
            var took = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            if (round >= Warmup)
            {
                times.Add(took);
            }

            _state = CapacityLedger.Apply(_state, plan.Decisions, _now);
            Confirm();
        }

        times.Sort();
        return new(
            _state.Entries.Values.Count(entry => entry.IsWaiting),
            times[times.Count / 2],
            times[(int)(0.99 * times.Count)],
            MeasureAnew());
    }

    private static IPolicy Create(string name) => PolicyCatalog.Create(name, maxOvertakes: 16, TimeSpan.FromHours(12));

    private double MeasureAnew()
    {
        var times = new List<double>();
        for (var round = 0; round < Anew; round++)
        {
            var policy = Create(_name);
            var began = Stopwatch.GetTimestamp();
            policy.Plan(_state, _now);
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        return times.Order().ElementAt(Anew / 2);
    }

    private JobClaim Claim(int job)
    {
        var least = _random.Next(1, 5);
        var claim = new JobClaim
        {
            Uid = string.Create(CultureInfo.InvariantCulture, $"u{job:D6}"),
            JobKey = string.Create(CultureInfo.InvariantCulture, $"job/default/j{job}"),
            JobName = string.Create(CultureInfo.InvariantCulture, $"j{job}"),
            Namespace = "default",
            Replicas = _random.Next(4) == 0 ? 2 : 1,
            GpuReq = least,
            GpuLim = Math.Min(GpusOfNode, least * _random.Next(1, 5)),
            ArrivedAt = _now.ToUnixTimeSeconds() + job,
            Added = job,
            IsAfterCheckpoint = _random.Next(3) == 0,
            IsSuspendable = _random.Next(3) == 0,
            TotalEpochs = _random.Next(10, 100),
        };
        return claim with { History = _random.Next(4) == 0 ? [] : History(claim) };
    }

    private ImmutableArray<TrainingStretch> History(JobClaim claim)
    {
        var seconds = 60 * Math.Exp(2 * _random.NextDouble());
        var at = _now.AddHours(-10);
        var history = ImmutableArray<TrainingStretch>.Empty;
        for (var stretch = 1; stretch <= _random.Next(1, 4); stretch++)
        {
            var gpus = claim.Replicas * _random.Next(claim.GpuReq, claim.GpuLim + 1);
            var epoch = seconds / Math.Pow(gpus, 0.8);
            var first = at.AddSeconds(30 + epoch);
            history = TrainingHistory.Begin(history, stretch, gpus, new(at, 2 * (stretch - 1)));
            history = TrainingHistory.Save(history, stretch, new(first, (2 * stretch) - 1));
            at = first.AddSeconds(epoch);
            history = TrainingHistory.Save(history, stretch, new(at, 2 * stretch));
        }

        return history;
    }

    private void Settle()
    {
        for (var round = 0; round < 10; round++)
        {
            var plan = _policy.Plan(_state, _now);
            _state = CapacityLedger.Apply(_state, plan.Decisions, _now);
            Confirm();
        }
    }

    private void Notify()
    {
        _now = _now.AddSeconds(1);
        var running = _state.Entries.Values.Where(entry => entry.IsSettledRunning).ToList();
        var claim = running[_random.Next(running.Count)].Claim;
        var epochs = claim.CompletedEpochs + 1;
        _state = CapacityLedger.Observe(_state, claim with
        {
            Notifications = claim.Notifications + 1,
            CompletedEpochs = epochs,
            History = TrainingHistory.Save(claim.History, claim.History[^1].Attempt, new(_now, epochs)),
        });
    }

    private void Confirm()
    {
        foreach (var entry in _state.Entries.Values.Where(entry => entry.Claim.ConfirmedGeneration != entry.Generation))
        {
            _state = CapacityLedger.Observe(_state, entry.Claim with
            {
                AppliedGeneration = entry.Generation,
                ConfirmedGeneration = entry.Generation,
                RunningSince = entry.IsAdmitted ? _now : null,
                History = entry.IsAdmitted
                    ? TrainingHistory.Begin(
                        entry.Claim.History, 1_000 + (int)entry.Generation, entry.GpuCount * entry.Claim.Replicas,
                        new(_now, entry.Claim.CompletedEpochs))
                    : entry.Claim.History,
            });
        }
    }
}
