using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Reflection;
using System.Text;
using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Interfaces.Events;
using Sluice.Grains.Interfaces.Jobs;
using Sluice.Grains.Interfaces.StageQueues;
using Sluice.Gateway.Tests.StageQueues;

namespace Sluice.Gateway.Tests;

/// <summary>One call that a grain got.</summary>
public sealed record GrainCall(string Key, string Method, object? Command);

/// <summary>Grains that note what they are asked, and answer what a test sets.</summary>
public sealed class FakeGrains
{
    private readonly ConcurrentQueue<GrainCall> _calls = new();

    public FakeGrains()
    {
        Factory = DispatchProxy.Create<IGrainFactory, FactoryProxy>();
        ((FactoryProxy)(object)Factory).Grains = this;
        Reset();
    }

    public IGrainFactory Factory { get; }

    public IReadOnlyList<GrainCall> Calls => [.. _calls];

    /// <summary>Runs before each call is answered; may throw, or hold the call up.</summary>
    public Func<GrainCall, Task> Before { get; set; } = _ => Task.CompletedTask;

    public JobAnswer Answer { get; set; } = null!;

    public JobRecord? Record { get; set; }

    public JobDescription? Description { get; set; }

    public JobExplanation? Explanation { get; set; }

    public WhatIfAnswer WouldBe { get; set; } = null!;

    public DeployAnswer Deployed { get; set; } = null!;

    public ScaleAnswer Scaled { get; set; } = null!;

    public ScaleAnswer ScaledBest { get; set; } = null!;

    public Func<RankQuery, RankedJobs> Ranked { get; set; } = null!;

    public Func<long, int, JobPage> Page { get; set; } = null!;

    public CapacityView View { get; set; } = null!;

    public Func<EventQuery, EventPage> Events { get; set; } = null!;

    public FakeStageQueueAnswers Queue { get; private set; } = null!;

    public void Reset()
    {
        _calls.Clear();
        Before = _ => Task.CompletedTask;
        Record = Samples.Record;
        Answer = new JobAnswer { Outcome = JobOutcome.Done, Job = Samples.Record };
        Description = new JobDescription { Job = Samples.Record, IsManaged = true, Uid = "u1" };
        Explanation = new JobExplanation { Job = Description, Events = [Samples.Event] };
        WouldBe = new WhatIfAnswer { Outcome = WhatIfOutcome.Answered, Job = Samples.Outlook };
        Deployed = new DeployAnswer { Outcome = DeployOutcome.Created, Job = Samples.Record };
        Scaled = new ScaleAnswer { Outcome = ScaleOutcome.Done, Name = "job_1", Previous = 1, Assigned = 3 };
        ScaledBest = new ScaleAnswer { Outcome = ScaleOutcome.NoCandidate };
        Ranked = _ => new RankedJobs([Piece("["), Piece("]")]);
        Page = (_, _) => new JobPage([], 0, null);
        View = new CapacityView { Nodes = [], Allocations = [], Quotas = [] };
        Events = _ => new EventPage([Samples.Event], 7);
        Queue = new FakeStageQueueAnswers();
    }

    public static JsonPiece Piece(string text) => new(Utf8(text));

    public static ReadOnlyMemory<byte> Utf8(string text) => Encoding.UTF8.GetBytes(text);

    internal async Task<T> CallAsync<T>(string key, string method, object? command, Func<T> answer)
    {
        var call = new GrainCall(key, method, command);
        _calls.Enqueue(call);
        await Before(call);
        return answer();
    }

    // Open, as the proxy of the factory derives from it.
    public class FactoryProxy : DispatchProxy
    {
        internal FakeGrains Grains { get; set; } = null!;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            var key = (string)args![0]!;
            var type = targetMethod!.GetGenericArguments()[0];
            return type == typeof(IJobGrain) ? new FakeJob(Grains, key)
                : type == typeof(IStageQueueGrain) ? new FakeStageQueue(Grains, key)
                : new FakeCapacity(Grains, key);
        }
    }

    private sealed class FakeJob(FakeGrains grains, string key) : IJobGrain
    {
        public Task<JobAnswer> AddAsync(AddJob command) => AnswerAsync("Add", command);

        public Task<JobAnswer> UpdateCheckpointAsync(UpdateCheckpoint command) =>
            AnswerAsync("UpdateCheckpoint", command);

        public Task<JobAnswer> UpdateStatusAsync(UpdateStatus command) => AnswerAsync("UpdateStatus", command);

        public Task<JobAnswer> UpdateAsync(UpdateJob command) => AnswerAsync("Update", command);

        public Task<JobAnswer> IncrementRestartsAsync(IncrementRestarts command) =>
            AnswerAsync("IncrementRestarts", command);

        public Task<JobAnswer> DeleteAsync(string? operationId) => AnswerAsync("Delete", operationId);

        public Task<JobRecord?> GetAsync() => grains.CallAsync(key, "Get", null, () => grains.Record);

        public Task<JobDescription?> DescribeAsync() =>
            grains.CallAsync(key, "Describe", null, () => grains.Description);

        public Task<JobExplanation?> ExplainAsync() =>
            grains.CallAsync(key, "Explain", null, () => grains.Explanation);

        public Task<DeployAnswer> DeployAsync(DeployJob command) =>
            grains.CallAsync(key, "Deploy", command, () => grains.Deployed);

        public Task<ScaleAnswer> ScaleAsync() => grains.CallAsync(key, "Scale", null, () => grains.Scaled);

        public Task ApplyAllocationAsync(Allocation allocation) => throw new NotSupportedException();

        public Task ReportRunAsync(RunReport report) => throw new NotSupportedException();

        private Task<JobAnswer> AnswerAsync(string method, object? command) =>
            grains.CallAsync(key, method, command, () => grains.Answer);
    }

    private sealed class FakeCapacity(FakeGrains grains, string key) : IClusterCapacityGrain
    {
        public Task<RankedJobs> RankAsync(RankQuery query) =>
            grains.CallAsync(key, "Rank", query, () => grains.Ranked(query));

        public Task<JobPage> ReadJobsAsync(long after, int max) =>
            grains.CallAsync(key, "ReadJobs", (after, max), () => grains.Page(after, max));

        public Task<ManagedJobCount> CountJobsAsync() => throw new NotSupportedException();

        public Task<CapacityView> GetAsync() => grains.CallAsync(key, "Get", null, () => grains.View);

        public Task<EventPage> ReadEventsAsync(EventQuery query) =>
            grains.CallAsync(key, "ReadEvents", query, () => grains.Events(query));

        public Task<ScaleAnswer> ScaleBestAsync(string? operationId) =>
            grains.CallAsync(key, "ScaleBest", operationId, () => grains.ScaledBest);

        public Task<WhatIfAnswer> WhatIfAsync(WhatIf question) =>
            grains.CallAsync(key, "WhatIf", question, () => grains.WouldBe);

        public Task<AllocationOutlook?> ExplainAsync(string uid) => throw new NotSupportedException();

        public Task<Allocation?> SettleAsync(string? uid) => throw new NotSupportedException();

        public Task<ScaleAnswer> ResizeAsync(ResizeJob command) => throw new NotSupportedException();

        public Task<ImmutableArray<UndeliveredAllocation>> ReadUndeliveredAsync(long after, int max) =>
            throw new NotSupportedException();

        public Task ReportNodesAsync(NodeReport report) => throw new NotSupportedException();

        public Task WakeAsync() => throw new NotSupportedException();
    }
}
