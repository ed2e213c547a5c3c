using Sluice.Scheduling.StageQueues;

namespace Sluice.Scheduling.Tests.StageQueues;

/// <summary>Random histories: after each command every index must say what a look through all jobs says.</summary>
public sealed class ListHistoryTests
{
    private const int Steps = 300;

    private static readonly bool IsFull = Environment.GetEnvironmentVariable("SLUICE_TEST_FULL") == "1";

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, IsFull ? 1000 : 40)];

    [Theory, MemberData(nameof(Seeds))]
    public void Every_index_says_what_a_look_through_all_jobs_says(int seed)
    {
        var history = new History(seed);
        for (var step = 0; step < Steps; step++)
        {
            history.Step();
            Check(history.List.State);
        }
    }

    [Theory, MemberData(nameof(Seeds))]
    public void No_job_is_in_two_hands_unless_it_was_taken_back(int seed)
    {
        var history = new History(seed);
        var hands = new Dictionary<long, string>();
        var grants = 0;
        history.Granted = grant =>
        {
            grants++;
            Assert.False(hands.ContainsKey(grant.JobId), $"{grant.Lease} while {hands.GetValueOrDefault(grant.JobId)}");
            hands[grant.JobId] = grant.Lease;
        };
        history.Swept = () =>
        {
            // What was taken back, redone or moved on waits: only then may it be given out again.
            foreach (var id in hands.Keys.Where(id => !history.List.Job(id).IsHandedOut).ToList())
            {
                hands.Remove(id);
            }
        };
        for (var step = 0; step < Steps; step++)
        {
            history.Step();
        }

        Assert.NotEqual(0, grants);
    }

    [Theory, MemberData(nameof(Seeds))]
    public void A_list_that_is_made_of_its_jobs_is_the_list(int seed)
    {
        var history = new History(seed);
        for (var step = 0; step < Steps; step++)
        {
            history.Step();
        }

        var state = history.List.State;
        var made = StageQueueIndexes.Of(state.Head, state.Jobs.Select(entry => entry.Job!).Reverse());

        Assert.Equal(state.Jobs, made.Jobs);
        Assert.Equal(state.Due, made.Due);
        Assert.Equal(state.Flagged, made.Flagged);
        Assert.Equal(state.CommandBytes, made.CommandBytes);
        Assert.Equal(Shown(state), Shown(made));
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Commands_folded_as_one_batch_come_to_the_same_as_one_by_one(int seed)
    {
        var (one, batched) = (new History(seed), new History(seed));
        for (var step = 0; step < Steps / 10; step++)
        {
            for (var command = 0; command < 10; command++)
            {
                one.Step(mayWait: false);
            }

            batched.Batch(10);
            Assert.Equal(one.List.State.Jobs.Select(Told), batched.List.State.Jobs.Select(Told));
            one.List.WaitSeconds(7);
            batched.List.WaitSeconds(7);
        }

        static string Told(JobEntry entry)
        {
            var job = entry.Job!;
            return $"{job.Id} {job.Stage} {job.Since} {job.HandOuts} {job.Hand} {job.FlaggedAt} {job.FailedAttempts} "
                + string.Join(',', job.Keys) + string.Join(',', job.Moves);
        }
    }

    private static void Check(StageQueueState state)
    {
        var jobs = state.Jobs.Select(entry => entry.Job!).ToList();
        Assert.Equal(jobs.Select(job => job.Id).Order(), state.Jobs.Select(entry => entry.Id));
        foreach (var (stage, members) in state.Stages)
        {
            var here = jobs.Where(job => job.Stage == stage).ToList();
            Assert.NotEmpty(here);
            Assert.Equal(here.Where(job => !job.IsHandedOut).Select(job => job.Id), members.Waiting.ToList());
            Assert.Equal(here.Where(job => job.IsHandedOut).Select(job => job.Id), members.HandedOut.ToList());
            Assert.Equal(here.Count(job => job.FlaggedAt is not null), members.FlaggedCount);
        }

        Assert.Equal(jobs.Count, state.Stages.Values.Sum(members => members.Count));
        Assert.Equal(jobs.Where(job => job.FlaggedAt is not null).Select(job => job.Id), state.Flagged.ToList());
        var due = jobs.Where(job => job.FlaggedAt is null)
            .Select(job => (At: job.Until(state.Head.LifetimeOf(job.Stage)), job.Id))
            .Where(entry => entry.At is not null)
            .Select(entry => new DueJob(entry.At!.Value, entry.Id));
        Assert.Equal(due.OrderBy(entry => entry.At).ThenBy(entry => entry.Id), state.Due.ToList());
        Assert.Equal(jobs.Sum(job => job.CommandBytes), state.CommandBytes);
        var known = jobs.SelectMany(job => Operations(job).Select(operation => (operation, job.Id))).ToHashSet();
        Assert.All(state.Operations, entry => Assert.Contains((entry.Key, entry.Value), known));
        Assert.All(known, entry => Assert.Contains(entry.operation, state.Operations));
    }

    private static IEnumerable<string> Operations(ListedJob job) => job.Keys.Select(key => key.Key)
        .Concat(job.Moves.Where(move => move.IsKey).Select(move => move.OperationId!))
        .Append(job.Hand?.OperationId!)
        .Where(operation => operation is not null);

    private static string Shown(StageQueueState state) => string.Join('\n', state.Stages.Select(stage =>
            $"{stage.Key}: {string.Join(',', stage.Value.Waiting)} / {string.Join(',', stage.Value.HandedOut)} / "
            + stage.Value.FlaggedCount))
        + string.Join('\n', state.Operations.OrderBy(entry => entry.Key).Select(entry => $"{entry.Key} {entry.Value}"));

    /// <summary>Commands by chance, with repeats, late leases and clocks that run out.</summary>
    private sealed class History(int seed)
    {
        private const int Stages = 5;

        private readonly Random _random = new(seed);
        private readonly List<Grant> _grants = [];
        private readonly List<Func<StageQueueDraft, object?>> _asked = [];
        private int _operations;

        public TestList List { get; } = new();

        public Action<Grant> Granted { get; set; } = _ => { };

        public Action Swept { get; set; } = () => { };

        public void Step(bool mayWait = true)
        {
            if (mayWait && _random.Next(3) == 0)
            {
                List.WaitSeconds(_random.Next(1, 40));
            }

            List.Sweep();
            Swept();
            List.Do(Next());
        }

        public void Batch(int count)
        {
            List.Do(draft =>
            {
                for (var command = 0; command < count; command++)
                {
                    Next()(draft);
                }
            });
        }

        private Func<StageQueueDraft, object?> Next()
        {
            // A repeat of something that was asked, however long ago.
            if (_asked.Count > 0 && _random.Next(8) == 0)
            {
                return _asked[_random.Next(_asked.Count)];
            }

            var command = Command();
            _asked.Add(command);
            return command;
        }

        private Func<StageQueueDraft, object?> Command()
        {
            var (stage, next) = (_random.Next(Stages), _random.Next(Stages));
            var (operation, isKey) = ($"op-{_operations++}", _random.Next(3) == 0);
            switch (_random.Next(12))
            {
                case 0:
                    var ids = Enumerable.Range(0, _random.Next(1, 8)).Select(_ => (long)_random.Next(-9, 40)).Distinct();
                    var jobs = ids.Select(id => new NewJob(id, stage, TestList.Json($"[{id}]"))).ToList();
                    return draft => StageAdditions.Add(draft, jobs);
                case 1:
                    var minutes = _random.Next(4) / 2.0;
                    return draft => Done(() => StageClocks.SetLifetime(draft, stage, minutes));
                case 2:
                    return draft => StageClocks.Redo(draft, stage, next, operation);
                case 3:
                    bool? redeliver = _random.Next(3) switch { 0 => true, 1 => false, _ => null };
                    var attempts = _random.Next(4);
                    return draft => Done(() => StageClocks.ChangeSettings(draft, redeliver, attempts));
                case 4 when _grants.Count > 0:
                    var alive = _grants[_random.Next(_grants.Count)];
                    return draft => StageHandOuts.Extend(draft, alive.JobId, alive.Lease, isKey ? 20 : null);
                case < 8 when _grants.Count > 0:
                    return Move(next, operation, isKey);
                default:
                    double? lease = _random.Next(2) == 0 ? _random.Next(1, 60) : null;
                    return draft => HandOut(draft, new(stage, next, operation, isKey, lease));
            }
        }

        private Func<StageQueueDraft, object?> Move(int next, string operation, bool isKey)
        {
            var grant = _grants[_random.Next(_grants.Count)];
            var request = new MoveRequest
            {
                JobId = grant.JobId,
                Stage = next,
                OperationId = operation,
                IsKey = isKey,
                Caller = $"caller-{_random.Next(2)}",
                Lease = _random.Next(2) == 0 ? grant.Lease : null,
                Command = _random.Next(3) == 0 ? TestList.Json($"\"{operation}\"") : default(ReadOnlyMemory<byte>?),
            };
            return draft => StageMoves.Move(draft, request);
        }

        private HandOutResult HandOut(StageQueueDraft draft, HandOutRequest request)
        {
            var before = draft.Tally.HandedOut;
            var result = StageHandOuts.HandOut(draft, request);
            if (result.Grant is { } grant && draft.Tally.HandedOut > before)
            {
                Granted(grant);
                _grants.Add(grant);
            }

            return result;
        }

        private static object? Done(Action action)
        {
            action();
            return null;
        }
    }
}
