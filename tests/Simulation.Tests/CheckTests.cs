using System.Text;
using System.Text.Json;
using Sluice.Grains;
using Sluice.Grains.Capacity;
using Sluice.Grains.Events;
using Sluice.Grains.Interfaces;
using Sluice.Grains.Interfaces.Events;
using Sluice.Grains.Interfaces.Jobs;
using Sluice.Grains.Jobs;
using Sluice.Grains.Ports;
using Sluice.Manifests;
using Sluice.Scheduling.Ledger;
using Sluice.Simulation.Checks;

namespace Sluice.Simulation.Tests;

/// <summary>Each check complains of what it is there for, and of nothing else.</summary>
public sealed class CheckTests
{
    private static readonly string Key = GrainKeys.Job(GrainKeys.DefaultDomain, "a");

    private readonly List<string> _broken = [];
    private readonly LedgerCheck _ledger;
    private readonly RunCheck _runs;
    private readonly RowCheck _rows;
    private long _change;

    public CheckTests()
    {
        _ledger = new((invariant, _) => _broken.Add(invariant), _ => { });
        _runs = new(_ledger, (invariant, _) => _broken.Add(invariant), _ => { });
        _rows = new(_runs, (invariant, _) => _broken.Add(invariant), _ => { });
        Commit(LedgerState.Empty with { Nodes = LedgerState.Empty.Nodes.Add("n", new("n", "test", 2, true)) });
    }

    [Fact]
    public void A_sound_ledger_passes()
    {
        Commit(Holding("u1", 1, 0), Holding("u2", 2, 1));
        Commit(Holding("u1", 1, 0), Holding("u2", 3));

        Assert.Empty(_broken);
    }

    [Fact]
    public void A_GPU_that_two_hold_shows()
    {
        Commit(Holding("u1", 1, 0), Holding("u2", 2, 0));

        Assert.Equal([Promises.NoGpuIsHeldTwice], _broken);
    }

    [Fact]
    public void A_GPU_that_is_not_there_shows()
    {
        Commit(Holding("u1", 1, 2));

        Assert.Equal([Promises.HeldIsWithinAllocatable], _broken);
    }

    [Fact]
    public void A_GPU_that_is_free_while_it_is_used_shows()
    {
        Commit(Holding("u1", 1, 0));
        _ledger.IsInUse = (uid, gpu) => uid == "u1" && gpu == ("n", 0);

        Commit(Holding("u1", 2, 1));

        Assert.Equal([Promises.GpusAreFreeOnceConfirmed], _broken);
    }

    [Fact]
    public void A_decision_that_its_commit_does_not_tell_of_shows()
    {
        var batch = Batch(LedgerState.Empty with
        {
            LastGeneration = 2,
            Entries = LedgerState.Empty.Entries.Add("u1", Holding("u1", 1, 0)).Add("u2", Holding("u2", 2, 1)),
        });
        _ledger.Committed(batch with { Events = [batch.Events[0], Told(Holding("u2", 1))] });

        Assert.Equal([Promises.DecisionsAreTold], _broken);
    }

    [Fact]
    public void A_decision_without_a_reason_shows()
    {
        Commit(Holding("u1", 1, 0) with { Reason = "" });

        Assert.Equal([Promises.DecisionsHaveReasons], _broken);
    }

    [Fact]
    public void A_change_that_waits_for_a_time_without_being_due_shows()
    {
        var pending = new PendingChange
        {
            GpuCount = 1,
            AfterNotifications = 0,
            DeadlineAt = DateTimeOffset.UnixEpoch.AddHours(1),
            Reason = "because",
        };
        Commit(Holding("u1", 1, 0) with { Pending = pending });

        Assert.Equal([Promises.WakeUpsAreStored], _broken);
    }

    [Fact]
    public void A_generation_that_starts_over_shows()
    {
        Commit(Holding("u1", 5, 0));

        Commit(Holding("u1", 4, 0));

        Assert.Contains(Promises.GenerationsNeverStartOver, _broken);
    }

    [Fact]
    public void A_quota_that_is_passed_shows()
    {
        Commit(LedgerState.Empty with { Quotas = LedgerState.Empty.Quotas.Add("default", new("default", "test", 1)) });

        Commit(Holding("u1", 1, 0, 1));

        Assert.Equal([Promises.HeldIsWithinQuota], _broken);
    }

    [Fact]
    public void An_operation_that_counts_twice_shows()
    {
        Write(Counted(0));
        Write(Counted(1, "op1"));
        Write(Counted(2, "op2"));
        Assert.Empty(_broken);

        Write(Counted(3, "op1"));

        Assert.Contains(Promises.OperationsCountOnce, _broken);
    }

    [Fact]
    public void An_update_that_is_lost_shows()
    {
        var state = Counted(0);
        Write(state);
        Write(state with { Record = state.Record! with { Extra = [new("f", "1")] } });

        Write(state);

        Assert.Equal([Promises.AcknowledgedStays], _broken);
    }

    [Fact]
    public void A_successor_that_begins_with_something_of_its_predecessor_shows()
    {
        Write(Deployed("u1"));
        Write(JobState.Nothing with { Ending = [new("u1", 0, 0)] });
        Write(Deployed("u2") with { Ending = [new("u1", 0, 0)] });
        Assert.Empty(_broken);

        Write(JobState.Nothing with { Ending = [new("u1", 0, 0), new("u2", 0, 0)] });
        var next = Deployed("u3");
        Write(next with
        {
            Ending = [new("u1", 0, 0), new("u2", 0, 0)],
            Managed = next.Managed! with { Attempt = 1 },
        });

        Assert.Equal([Promises.SuccessorsBeginAnew], _broken);
    }

    [Fact]
    public void An_external_successor_that_begins_with_something_of_its_predecessor_shows()
    {
        Write(Counted(0));
        Write(JobState.Nothing);
        Write(Counted(0) with { AddedBy = "op1" });
        Assert.Empty(_broken);

        Write(JobState.Nothing);
        Write(Counted(0) with { HasNotified = true });

        Assert.Equal([Promises.SuccessorsBeginAnew], _broken);
    }

    [Fact]
    public void A_deleted_job_of_which_more_is_left_than_what_runs_shows()
    {
        Write(Counted(0));

        Write(JobState.Nothing with { AddedBy = "op1" });

        Assert.Equal([Promises.SuccessorsBeginAnew], _broken);
    }

    [Fact]
    public void A_notification_of_a_dying_predecessor_that_its_successor_takes_shows()
    {
        _rows.Notifies(Key, 7, "u1", isNamed: false);
        var waiting = Deployed("u2") with { Ending = [new("u1", 0, 0)] };
        var running = waiting with { Managed = waiting.Managed! with { StartedAt = DateTimeOffset.UnixEpoch } };
        Write(waiting);
        Write(running);
        Write(running with { Record = running.Record! with { LastCheckpointTime = Number.Of(7) } });
        Assert.Empty(_broken);

        Write(JobState.Nothing with { Ending = [new("u1", 0, 0), new("u2", 0, 0)] });
        var next = Deployed("u3") with { Ending = [new("u1", 0, 0), new("u2", 0, 0)] };
        Write(next);
        Write(next with { Record = next.Record! with { LastCheckpointTime = Number.Of(7) } });

        Assert.Equal([Promises.SuccessorsBeginAnew], _broken);
    }

    [Fact]
    public void A_uid_that_comes_back_shows()
    {
        Write(Deployed("u1"));
        Write(JobState.Nothing with { Ending = [new("u1", 0, 0)] });

        Write(Deployed("u1") with { Ending = [new("u1", 0, 0)] });

        Assert.Contains(Promises.SuccessorsBeginAnew, _broken);
    }

    [Fact]
    public void A_generation_that_two_jobs_get_shows()
    {
        var given = LedgerState.Empty with { LastGeneration = 7 };
        Commit(given with { Entries = given.Entries.Add("u1", Holding("u1", 7, 0)).Add("u2", Holding("u2", 7, 1)) });

        Assert.Equal([Promises.GenerationsAreUnique], _broken);
    }

    [Fact]
    public void A_generation_that_was_given_out_before_or_is_over_the_head_shows()
    {
        Commit(Holding("u1", 5, 0));

        Commit(LedgerState.Empty with
        {
            LastGeneration = 6,
            Entries = LedgerState.Empty.Entries.Add("u2", Holding("u2", 4, 1)),
        });
        Commit(LedgerState.Empty with
        {
            LastGeneration = 7,
            Entries = LedgerState.Empty.Entries.Add("u2", Holding("u2", 8, 1)),
        });

        Assert.Equal([Promises.GenerationsAreUnique, Promises.GenerationsAreUnique], _broken);
    }

    [Fact]
    public void A_run_that_a_deletion_forgets_shows()
    {
        Write(Deployed("u1"));

        Write(JobState.Nothing);

        Assert.Equal([Promises.RunsAreKnown], _broken);
    }

    [Fact]
    public void An_answer_that_holds_of_no_version_shows()
    {
        var answers = new AnswerCheck(_rows, (invariant, _) => _broken.Add(invariant));
        var early = answers.Begin(Key, "count");
        answers.Answered(early, "Done", state => state.Record is not null);
        Assert.Equal([Promises.AcknowledgedIsStored], _broken);

        var late = answers.Begin(Key, "count");
        answers.Seen(Key, Counted(1));
        answers.Seen(Key, JobState.Nothing);
        answers.Answered(late, "Done", state => state.Record is not null);
        Assert.Single(_broken);
    }

    [Fact]
    public void A_list_that_misses_an_answered_write_shows()
    {
        var lists = new ListCheck(_rows, (invariant, _) => _broken.Add(invariant));
        Write(Counted(0));
        var old = JobRows.RecordJson(_rows.Rows[Key].Row);
        var during = lists.Ask("all", _ => true, order: null);
        _rows.Seen = lists.Seen;
        Write(Counted(1, "op1"));
        lists.Answered(during, [old]);
        Assert.Empty(_broken);

        lists.Answered(lists.Ask("all", _ => true, order: null), [old]);
        lists.Answered(lists.Ask("all", _ => true, order: null), []);

        Assert.Equal(2, _broken.Count(invariant => invariant == Promises.ListsShowAnsweredWrites));
    }

    [Fact]
    public void A_list_out_of_order_shows()
    {
        var lists = new ListCheck(_rows, (invariant, _) => _broken.Add(invariant));
        Write(Counted(0), "b");
        Write(Counted(0), "a");
        var records = _rows.Rows.Values.Reverse().Select(version => JobRows.RecordJson(version.Row)).ToList();

        lists.Answered(lists.Ask("all", _ => true, record => record.JobName == "a" ? 1 : 2), records);

        Assert.Equal([Promises.ListsAreInOrder], _broken);
    }

    private static LedgerEntry Holding(string uid, long generation, params int[] gpus) => new()
    {
        Claim = new()
        {
            Uid = uid,
            JobKey = Key,
            JobName = "a",
            Namespace = "default",
            Replicas = 1,
            GpuReq = 0,
            GpuLim = 8,
            ArrivedAt = 0,
            Added = 1,
        },
        Generation = generation,
        IsAdmitted = true,
        GpuCount = gpus.Length,
        Blocks = [new("n", [.. gpus])],
        Reason = "because",
    };

    private static JobState Counted(int restarts, params string[] operations)
    {
        var record = new JobRecord
        {
            JobName = "a",
            GpuReq = 0,
            GpuLim = 1,
            GpuAssigned = 0,
            JobArrivalTime = Number.Of(0),
            LastCheckpointTime = Number.Of(0),
            Restarts = restarts,
        };
        return new()
        {
            Record = record,
            Answered = [.. operations.Select(operation => new AnsweredOperation(operation, null, default, record))],
        };
    }

    private static JobState Deployed(string uid) => Counted(0) with
    {
        Managed = new()
        {
            Uid = uid,
            ManifestText = "",
            Kind = ManifestKind.Job,
            Namespace = "default",
            RestartRule = new(ManifestKind.Job, RestartPolicy.Never, 1),
        },
    };

    private void Commit(params LedgerEntry[] entries) => Commit(LedgerState.Empty with
    {
        LastGeneration = entries.Max(entry => entry.Generation),
        Entries = LedgerState.Empty.Entries.AddRange(entries.Select(entry => KeyValuePair.Create(entry.Uid, entry))),
    });

    private void Commit(LedgerState written) => _ledger.Committed(Batch(written));

    private static RowBatch Batch(LedgerState written) => new()
    {
        Owner = "pool/default",
        ExpectedETag = null,
        Upserts = LedgerRows.Difference(LedgerState.Empty, written).Upserts,
        Events = [.. written.Entries.Values.Select(Told)],
    };

    private static NewEvent Told(LedgerEntry entry) =>
        new EventDetails { Reason = "because", Generation = entry.Generation }
            .OfJob(EventKind.Admitted, entry.Claim.JobName, entry.Uid, DateTimeOffset.UnixEpoch);

    private void Write(JobState state, string name = "a")
    {
        var named = state.Record is { } record ? state with { Record = record with { JobName = name } } : state;
        var body = JsonSerializer.Serialize(named, GrainsJsonContext.Default.JobState);
        var key = GrainKeys.Job(GrainKeys.DefaultDomain, name);
        _rows.Committed(new(key, Added: 1, ++_change, state.Record is null, Encoding.UTF8.GetBytes(body)), named);
    }
}
