using System.Globalization;
using System.Text;
using System.Text.Json;
using Sluice.Grains.Interfaces;
using Sluice.Grains.Interfaces.StageQueues;
using Sluice.Grains.StageQueues;
using Sluice.Scheduling.StageQueues;
using Sluice.Simulation.Checks;

namespace Sluice.Simulation.Tests.Checks;

/// <summary>Lists of the stage queue: one list, and job 1 in it.</summary>
public sealed class QueueCheckTests : CheckBench
{
    private static readonly string List = GrainKeys.StageQueue("7");
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch + TimeSpan.FromHours(1);
    private static readonly ListedJob Free = new()
    {
        Id = 1,
        Stage = 0,
        Since = Now,
        Command = Encoding.UTF8.GetBytes(QueueCheck.CommandOf(List, 1)),
    };

    private static readonly ListedJob Handed = Free with
    {
        Stage = 1,
        HandOuts = 1,
        Hand = new() { From = 0, OperationId = "op1", LeaseSeconds = 60, LeaseUntil = Now + TimeSpan.FromMinutes(1) },
    };

    private readonly QueueCheck _queues;
    private readonly GrantCheck _grants;
    private DateTimeOffset _now = Now;

    public QueueCheckTests()
    {
        _queues = new(Fail, _ => { }, () => _now);
        _grants = new(_queues, Fail);
        _queues.Seen = _grants.Seen;
        Put(Free);
        Put(Handed);
    }

    [Fact]
    [Breaks(Promises.NoJobHasTwoWorkers)]
    public void A_job_that_is_handed_out_twice_before_its_time_is_over_shows()
    {
        Assert.Empty(Broken);

        Put(Handed with { HandOuts = 2 });

        Assert.Equal([Promises.NoJobHasTwoWorkers], Broken);
    }

    [Fact]
    public void A_job_that_was_taken_back_in_time_may_be_handed_out_again()
    {
        _now = Now + TimeSpan.FromMinutes(1);
        Put(Free with { HandOuts = 1, FailedAttempts = 1 });
        Put(Handed with { HandOuts = 2 });
        Put(Moved(Handed with { HandOuts = 2 }, handOut: 2));

        Assert.Empty(Broken);
    }

    [Fact]
    public void A_hand_out_that_is_given_to_two_requests_shows()
    {
        _grants.Granted(List, Request("op1"), Grant());
        _grants.Granted(List, Request("op1"), Grant());
        Assert.Empty(Broken);

        _grants.Granted(List, Request("op2"), Grant());

        Assert.Equal([Promises.NoJobHasTwoWorkers], Broken);
    }

    [Fact]
    [Breaks(Promises.NoJobMovesByItself)]
    public void A_waiting_job_that_changes_its_stage_shows()
    {
        Put(Moved(Handed, handOut: 1));
        Assert.Empty(Broken);

        Put(Moved(Handed, handOut: 1) with { Stage = 2 });

        Assert.Equal([Promises.NoJobMovesByItself], Broken);
    }

    [Fact]
    [Breaks(Promises.HandOutsNeverStartOver)]
    public void A_hand_out_number_that_falls_shows()
    {
        Put(Moved(Handed, handOut: 1) with { HandOuts = 0 });

        Assert.Contains(Promises.HandOutsNeverStartOver, Broken);
    }

    [Fact]
    [Breaks(Promises.LeasesFence)]
    public void A_move_with_a_lease_that_is_over_shows()
    {
        _now = Now + TimeSpan.FromMinutes(1);
        Put(Free with { HandOuts = 1, FailedAttempts = 1 });
        Assert.Empty(Broken);

        Put(Moved(Handed, handOut: 1));

        Assert.Equal([Promises.LeasesFence], Broken);
    }

    [Fact]
    public void An_operation_that_moves_a_job_twice_shows()
    {
        Put(Moved(Handed, operation: "op2"));
        Put(Moved(Handed, operation: "op3"));
        Assert.Empty(Broken);

        Put(Moved(Handed, operation: "op2"));

        Assert.Equal([Promises.OperationsCountOnce], Broken);
    }

    [Fact]
    [Breaks(Promises.KeysGetTheFirstAnswer)]
    public void A_key_that_gets_another_job_shows()
    {
        _grants.Repeated(List, Request("op1"), Grant(), new() { Outcome = HandOutOutcome.Done, Job = Grant() });
        Assert.Empty(Broken);

        _grants.Repeated(List, Request("op1"), Grant(), new() { Outcome = HandOutOutcome.NoneWaits });

        Assert.Equal([Promises.KeysGetTheFirstAnswer], Broken);
    }

    [Fact]
    [Breaks(Promises.ListsNeverMeet)]
    public void A_job_of_another_list_shows()
    {
        var command = Encoding.UTF8.GetBytes(QueueCheck.CommandOf(GrainKeys.StageQueue("8"), 1));
        Put(Handed with { Command = command });
        Assert.Equal([Promises.ListsNeverMeet], Broken);

        _grants.Granted(List, Request("op1"), Grant() with { Command = command });
        Assert.Equal(2, Broken.Count);
    }

    [Fact]
    [Breaks(Promises.ListedJobsStay)]
    public void A_job_that_is_deleted_shows()
    {
        _queues.Committed(new() { Owner = List, ExpectedETag = null, Upserts = [], Deletes = [("job", "2")] });

        Assert.Contains(Promises.ListedJobsStay, Broken);
    }

    [Fact]
    public void A_lease_that_is_over_with_no_wake_up_shows()
    {
        Put(Handed with { FileName = "f" }, dueAt: null);

        Assert.Equal([Promises.WakeUpsAreStored], Broken);
    }

    [Fact]
    public void Answers_must_say_what_is_stored()
    {
        var move = new MoveStageJob
        {
            JobId = 1, Stage = 1, OperationId = "op2", Caller = "w1", Lease = "1-1", FileName = "f",
        };
        var list = _queues.ListOf(List);
        Assert.True(QueueClaims.OfHandOut(Grant(), list));
        Assert.False(QueueClaims.OfHandOut(Grant() with { Lease = "1-2" }, list));
        Assert.False(QueueClaims.OfMove(move, list));
        Assert.True(QueueClaims.OfNone(Request("op3"), [list]));
        Assert.True(QueueClaims.HasLease(list.Find(1), "1-1"));

        Put(Moved(Handed, handOut: 1) with { FileName = "f" });

        list = _queues.ListOf(List);
        Assert.True(QueueClaims.OfMove(move, list));
        Assert.False(QueueClaims.OfMove(move with { FileName = "g" }, list));
        Assert.False(QueueClaims.OfMove(move with { Stage = 2 }, list));
        Assert.False(QueueClaims.OfNone(Request("op3") with { Stage = 1 }, [list, list]));
        Assert.False(QueueClaims.HasLease(list.Find(1), "1-1"));

        var question = _grants.Ask(List, "queue-update");
        _grants.Answered(question, "Done", version => QueueClaims.OfMove(move with { Stage = 2 }, version));
        Assert.Equal([Promises.AcknowledgedIsStored], Broken);
    }

    private static ListedJob Moved(ListedJob job, int? handOut = null, string? operation = null) => job with
    {
        Stage = 1,
        Hand = null,
        Moves =
        [
            .. job.Moves,
            new()
            {
                At = Now,
                Stage = 1,
                HandOut = handOut,
                OperationId = operation,
                Caller = operation is null ? null : "w1",
            },
        ],
    };

    private static HandOut Request(string operation) => new() { Stage = 0, Next = 1, OperationId = operation };

    private static HandedOutJob Grant() => new() { JobId = 1, Stage = 0, Command = Free.Command, Lease = "1-1" };

    private void Put(ListedJob job) => Put(job, Now);

    private void Put(ListedJob job, DateTimeOffset? dueAt)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            ListedJobWriter.Write(writer, job, withCommand: true);
        }

        _queues.Committed(new()
        {
            Owner = List,
            ExpectedETag = null,
            Upserts = [new("job", job.Id.ToString(CultureInfo.InvariantCulture), stream.ToArray())],
            DueAt = dueAt,
        });
    }
}
