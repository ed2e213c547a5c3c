using Sluice.Lab.Model;
using Sluice.Scheduling.Targets;

namespace Sluice.Lab.Tests.Support;

/// <summary>A policy that does what a test says, and keeps what it saw.</summary>
internal sealed class Script(Func<TargetSnapshot, PlanCause, IEnumerable<(string Uid, int Gpus)>> plan) : ITargetPolicy
{
    private readonly Queue<double> _wakes = new();

    public string Name => "script";

    public List<(TargetSnapshot Snapshot, PlanCause Cause)> Seen { get; } = [];

    /// <summary>The first job gets the first count at once, and each further one at its time.</summary>
    public static Script OfOneJob(int first, params (double At, int Gpus)[] changes)
    {
        Script? script = null;
        script = new((snapshot, cause) =>
        {
            var uid = snapshot.Jobs[0].Uid;
            return cause.Arrived.Length > 0
                ? [(uid, first)]
                : changes.Where(change => change.At == snapshot.Now).Select(change => (uid, change.Gpus));
        });
        foreach (var change in changes)
        {
            script._wakes.Enqueue(change.At);
        }

        return script;
    }

    public LabPolicy AsPolicy(Knowledge knowledge = Knowledge.Learned) => new("script", knowledge, (_, _) => this);

    public TargetPlan Plan(PolicyMemory memory, TargetSnapshot snapshot, PlanCause cause)
    {
        Seen.Add((snapshot, cause));
        var targets = plan(snapshot, cause).Select(one => new JobTarget(one.Uid, one.Gpus, "as the test says"));
        while (_wakes.TryPeek(out var at) && at <= snapshot.Now)
        {
            _wakes.Dequeue();
        }

        return new([.. targets], memory, _wakes.TryPeek(out var next) ? next : null);
    }
}
