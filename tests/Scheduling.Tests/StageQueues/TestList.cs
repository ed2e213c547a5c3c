using System.Text;
using Sluice.Scheduling.StageQueues;

namespace Sluice.Scheduling.Tests.StageQueues;

/// <summary>A list with a clock that stands still: each call is a batch of its own.</summary>
internal sealed class TestList
{
    public static readonly DateTimeOffset Start = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private int _operations;

    public StageQueueState State { get; private set; } = StageQueueState.Empty;

    public DateTimeOffset Now { get; private set; } = Start;

    public StageQueueLimits Limits { get; init; } = new(1_000_000, 1 << 28);

    public static ReadOnlyMemory<byte> Json(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>A list with jobs of these ids in stage 0, and these lifetimes.</summary>
    public static TestList Of(long[] ids, params double[] lifetimes)
    {
        var list = new TestList();
        list.Do(draft => StageClocks.Initialize(draft, [.. lifetimes]));
        Assert.Null(list.Add(0, ids).Problem);
        return list;
    }

    public ListedJob Job(long id) => State.Find(id)!;

    public void Wait(TimeSpan span) => Now += span;

    public void WaitSeconds(double seconds) => Wait(TimeSpan.FromSeconds(seconds));

    public void WaitMinutes(double minutes) => Wait(TimeSpan.FromMinutes(minutes));

    /// <summary>Folds a command, as the grain does: what is due comes first.</summary>
    public T Do<T>(Func<StageQueueDraft, T> decide)
    {
        var draft = new StageQueueDraft(State, Limits, Now);
        StageClocks.Sweep(draft);
        var answer = decide(draft);
        State = draft.ToState();
        return answer;
    }

    public void Do(Action<StageQueueDraft> decide) => Do<object?>(draft =>
    {
        decide(draft);
        return null;
    });

    /// <summary>Only what time does.</summary>
    public void Sweep() => Do(_ => { });

    public (int Added, string? Problem) Add(int stage, params long[] ids) => Do(draft => StageAdditions.Add(
        draft, [.. ids.Select(id => new NewJob(id, stage, Json($$"""{"run":{{id}}}""")))]));

    public HandOutResult Ask(
        int stage, int? next = null, string? operation = null, bool isKey = false, double? lease = null) =>
        Do(draft => StageHandOuts.HandOut(
            draft, new(stage, next ?? stage + 1, operation ?? $"op-{_operations++}", isKey, lease)));

    public Grant Get(
        int stage, int? next = null, string? operation = null, bool isKey = false, double? lease = null) =>
        Ask(stage, next, operation, isKey, lease).Grant ?? throw new InvalidOperationException("none waits");

    public StageMoveResult Move(
        long id, int stage, string? lease = null, string? operation = null, string caller = "here", bool isKey = false,
        string? fileName = null, string? command = null) =>
        Do(draft => StageMoves.Move(draft, new()
        {
            JobId = id,
            Stage = stage,
            OperationId = operation ?? $"op-{_operations++}",
            IsKey = isKey,
            Caller = caller,
            Lease = lease,
            FileName = fileName,
            Command = command is null ? default(ReadOnlyMemory<byte>?) : Json(command),
        }));

    public ExtendResult Extend(long id, string lease, double? seconds = null) =>
        Do(draft => StageHandOuts.Extend(draft, id, lease, seconds));

    public DoneRedo Redo(int stage, int redo, string? operation = null) =>
        Do(draft => StageClocks.Redo(draft, stage, redo, operation ?? $"op-{_operations++}"));

    public void Set(bool? redeliver = null, int? maxAttempts = null) =>
        Do(draft => StageClocks.ChangeSettings(draft, redeliver, maxAttempts));
}
