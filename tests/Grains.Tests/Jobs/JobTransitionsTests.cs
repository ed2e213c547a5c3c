using System.Text.Json;
using Sluice.Grains.Interfaces.Jobs;
using Sluice.Grains.Jobs;

namespace Sluice.Grains.Tests.Jobs;

public sealed class JobTransitionsTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_750);

    [Fact]
    public void A_job_that_is_added_starts_scheduled_with_its_arrival_as_last_checkpoint()
    {
        var decision = JobTransitions.Add(JobState.Nothing, "job_1", Command(2, 4, 2), Now);
        Assert.Equal(JobOutcome.Done, decision.Answer.Outcome);
        Assert.Equal(
            """{"job_name":"job_1","gpu_req":2,"gpu_lim":4,"gpu_assigned":2,"replicas":1,"total_epochs":0,"""
            + "\"job_arrival_time\":1700000000,\"last_checkpoint_time\":1700000000,\"completed_epochs\":0,"
            + "\"time_bw_checkpoints\":null,\"status\":\"scheduled\",\"restarts\":0}",
            JsonSerializer.Serialize(decision.Answer.Job, GrainsJsonContext.Default.JobRecord));
    }

    [Theory]
    [InlineData(-1, 4, 0, 1, "gpu_req must be from 0 to 1000000")]
    [InlineData(1_000_001, 2_000_000, 0, 1, "gpu_req must be from 0 to 1000000")]
    [InlineData(4, 3, 0, 1, "gpu_lim must be from gpu_req (4) to 1000000")]
    [InlineData(4, 1_000_001, 0, 1, "gpu_lim must be from gpu_req (4) to 1000000")]
    [InlineData(1, 4, 5, 1, "gpu_assigned must be from 0 to gpu_lim (4)")]
    [InlineData(1, 4, -1, 1, "gpu_assigned must be from 0 to gpu_lim (4)")]
    [InlineData(1, 4, 2, 0, "replicas must be from 1 to 1000000")]
    [InlineData(1, 4, 2, long.MaxValue, "replicas must be from 1 to 1000000")]
    public void Counts_out_of_range_are_refused_by_name(
        long req, long lim, long assigned, long replicas, string problem)
    {
        var decision = JobTransitions.Add(
            JobState.Nothing, "a", Command(req, lim, assigned) with { Replicas = replicas }, Now);
        Assert.Equal((JobOutcome.Invalid, problem), (decision.Answer.Outcome, decision.Answer.Problem));
        Assert.False(decision.IsChanged);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("a\nb")]
    [InlineData("a\u007f")]
    public void Names_that_cannot_stand_in_a_path_are_refused(string name) =>
        Assert.StartsWith(
            "job_name must be",
            JobTransitions.Add(JobState.Nothing, name, Command(1, 1, 1), Now).Answer.Problem,
            StringComparison.Ordinal);

    [Fact]
    public void A_name_may_have_253_characters_and_no_more()
    {
        Assert.Null(JobRules.CheckName(new string('ä', 253)));
        Assert.NotNull(JobRules.CheckName(new string('ä', 254)));

        // A character outside the first plane is one, though it takes two UTF-16 units.
        Assert.Null(JobRules.CheckName(string.Concat(Enumerable.Repeat("🚀", 253))));
        Assert.NotNull(JobRules.CheckName(string.Concat(Enumerable.Repeat("🚀", 254))));
    }

    [Fact]
    public void A_second_add_of_a_name_is_refused_and_a_repeat_of_the_same_operation_is_not()
    {
        var first = JobTransitions.Add(JobState.Nothing, "a", Command(1, 2, 1) with { OperationId = "op-1" }, Now);
        var other = JobTransitions.Add(first.Next, "a", Command(1, 2, 1) with { OperationId = "op-2" }, Now);
        var repeat = JobTransitions.Add(
            first.Next, "a", Command(1, 2, 1) with { OperationId = "op-1" }, Now.AddDays(1));
        Assert.Equal(JobOutcome.AlreadyExists, other.Answer.Outcome);
        Assert.Equal(first.Answer, repeat.Answer);
        Assert.False(repeat.IsChanged);
    }

    [Fact]
    public void The_documented_notification_may_be_older_than_the_arrival()
    {
        var added = Added();
        var decision = Notify(added, Number.Of(1_600_000_000), Number.Of(10));
        Assert.Equal(Number.Of(-100_000_000), decision.Answer.Job!.TimeBwCheckpoints);
        Assert.Equal(Number.Of(10), decision.Answer.Job.CompletedEpochs);
    }

    [Fact]
    public void A_repeat_of_the_very_same_notification_changes_nothing()
    {
        var first = Notify(Added(), Number.Of(1_700_000_060.5), Number.Of(0.53));
        var repeat = Notify(first.Next, Number.Of(1_700_000_060.5), Number.Of(0.53));
        Assert.False(repeat.IsChanged);
        Assert.Equal(first.Answer.Job, repeat.Answer.Job);
        Assert.Equal(60.5, repeat.Answer.Job!.TimeBwCheckpoints!.Value.Value);
    }

    [Fact]
    public void A_late_repeat_changes_nothing_but_an_older_time_with_more_epochs_does()
    {
        var state = Notify(Added(), Number.Of(1_700_000_100), Number.Of(5)).Next;
        Assert.False(Notify(state, Number.Of(1_700_000_050), Number.Of(4)).IsChanged);
        Assert.True(Notify(state, Number.Of(1_700_000_050), Number.Of(6)).IsChanged);
        Assert.True(Notify(state, Number.Of(1_700_000_150), Number.Of(3)).IsChanged);
    }

    [Theory]
    [InlineData(1e13, 1, "last_checkpoint_time must be within")]
    [InlineData(1, -1, "completed_epochs must be a number of 0 or more")]
    public void Notifications_out_of_range_are_refused(double time, double epochs, string problem)
    {
        var decision = Notify(Added(), Number.Of(time), Number.Of(epochs));
        Assert.StartsWith(problem, decision.Answer.Problem, StringComparison.Ordinal);
        Assert.False(decision.IsChanged);
    }

    [Fact]
    public void An_update_replaces_fields_and_keeps_unknown_ones_after_the_record_s_own()
    {
        var updated = JobTransitions.Update(
            Added(), new UpdateJob { GpuAssigned = 4, Extra = [new("owner", "\"ann\""), new("tags", "[1]")] }, Now);
        var again = JobTransitions.Update(updated.Next, new UpdateJob { Extra = [new("owner", "\"bob\"")] }, Now);
        Assert.EndsWith(
            "\"restarts\":0,\"owner\":\"bob\",\"tags\":[1]}",
            JsonSerializer.Serialize(again.Answer.Job, GrainsJsonContext.Default.JobRecord), StringComparison.Ordinal);
    }

    [Fact]
    public void The_record_that_an_update_would_make_must_be_in_range()
    {
        var decision = JobTransitions.Update(Added(), new UpdateJob { GpuReq = 9 }, Now);
        Assert.Equal("gpu_lim must be from gpu_req (9) to 1000000", decision.Answer.Problem);
    }

    [Fact]
    public void A_record_over_64_KiB_is_refused()
    {
        var decision = JobTransitions.Update(
            Added(), new UpdateJob { Extra = [new("blob", $"\"{new string('x', 65_536)}\"")] }, Now);
        Assert.Equal((JobOutcome.TooLarge, false), (decision.Answer.Outcome, decision.IsChanged));
    }

    [Fact]
    public void A_counted_restart_is_counted_once_an_operation()
    {
        var command = new IncrementRestarts { OperationId = "key", RequestDigest = "d" };
        var first = JobTransitions.IncrementRestarts(Added(), command, Now);
        var other = JobTransitions.IncrementRestarts(first.Next, new(), Now);
        var repeat = JobTransitions.IncrementRestarts(other.Next, command, Now.AddHours(23));
        var reused = JobTransitions.IncrementRestarts(other.Next, command with { RequestDigest = "e" }, Now);
        var late = JobTransitions.IncrementRestarts(other.Next, command, Now.AddHours(25));
        Assert.Equal([1, 2, 1, 3], new[] { first, other, repeat, late }.Select(one => one.Answer.Job!.Restarts));
        Assert.Equal(JobOutcome.OperationReused, reused.Answer.Outcome);
    }

    [Fact]
    public void Remembered_operations_are_bounded()
    {
        var state = Added();
        for (var index = 0; index < 100; index++)
        {
            state = JobTransitions.IncrementRestarts(state, new() { OperationId = $"op-{index}" }, Now).Next;
            state = JobTransitions.IncrementRestarts(
                state, new() { OperationId = $"key-{index}", RequestDigest = "d" }, Now).Next;
        }

        Assert.Equal(AnsweredOperations.MaxNamed, state.Answered.Count(one => one.RequestDigest is not null));
        Assert.Equal(AnsweredOperations.MaxUnnamed, state.Answered.Count(one => one.RequestDigest is null));
    }

    [Fact]
    public void A_deleted_job_is_gone_and_its_name_is_free()
    {
        var deleted = JobTransitions.Delete(Added());
        Assert.True(deleted.Next.IsDeleted);
        Assert.False(deleted.Next.IsActive);
        Assert.Equal(JobOutcome.NotFound, JobTransitions.Delete(deleted.Next).Answer.Outcome);
        Assert.Equal(JobOutcome.Done, JobTransitions.Add(deleted.Next, "a", Command(1, 1, 1), Now).Answer.Outcome);
    }

    [Fact]
    public void Every_command_but_add_answers_not_found_where_there_is_no_job()
    {
        var nothing = JobState.Nothing;
        Assert.All(
            new[]
            {
                Notify(nothing, Number.Of(1), Number.Of(1)),
                JobTransitions.UpdateStatus(nothing, new() { Status = "completed" }, Now),
                JobTransitions.Update(nothing, new(), Now),
                JobTransitions.IncrementRestarts(nothing, new(), Now),
                JobTransitions.Delete(nothing),
            },
            decision => Assert.Equal((JobOutcome.NotFound, false), (decision.Answer.Outcome, decision.IsChanged)));
    }

    [Fact]
    public void What_is_stored_reads_back_and_keeps_fields_of_a_newer_version()
    {
        var state = JobTransitions.Update(Added(), new UpdateJob { Extra = [new("n", "1.50")] }, Now).Next;
        var json = JsonSerializer.Serialize(state, GrainsJsonContext.Default.JobState);
        var read = JsonSerializer.Deserialize(
            json[..^1] + ",\"newer\":{\"x\":1}}", GrainsJsonContext.Default.JobState)!;
        Assert.Equal(state.Record! with { Extra = [] }, read.Record! with { Extra = [] });
        Assert.Equal("1.50", read.Record!.Extra.Single().Json);
        Assert.Contains("\"newer\":{\"x\":1}", JsonSerializer.Serialize(read, GrainsJsonContext.Default.JobState),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("100", "100")]
    [InlineData("100.0", "100.0")]
    [InlineData("0.53", "0.53")]
    [InlineData("-3", "-3")]
    [InlineData("1701234567.123456", "1701234567.123456")]
    public void Numbers_that_came_as_integers_go_out_as_integers(string sent, string answered)
    {
        var number = JsonSerializer.Deserialize<Number>(sent);
        Assert.Equal(answered, JsonSerializer.Serialize(number));
    }

    [Fact]
    public void The_record_is_cut_out_of_a_stored_row_as_it_is_answered()
    {
        var state = Added();
        var body = JsonSerializer.SerializeToUtf8Bytes(state, GrainsJsonContext.Default.JobState);
        var row = new Ports.JobRow("job/default/a", 1, 1, IsDeleted: false, body);
        Assert.Equal(
            JsonSerializer.SerializeToUtf8Bytes(state.Record, GrainsJsonContext.Default.JobRecord),
            JobRows.RecordJson(row).ToArray());
        Assert.False(JobRows.MayRun(row));
    }

    [Theory]
    [InlineData("scheduled", false)]
    [InlineData("completed", true)]
    public void The_outline_of_a_row_is_what_its_whole_state_says(string status, bool isCompleted)
    {
        var state = Added();
        state = state with
        {
            Record = state.Record! with
            {
                Status = status,
                LastCheckpointTime = Number.Of(1701234567.25),
                // Named as fields of the record and of the state are, one level deeper.
                Extra = [new("x", """{"status":"y","gpu_lim":9,"managed":{},"ending":[1]}""")],
            },
        };
        var body = JsonSerializer.SerializeToUtf8Bytes(state, GrainsJsonContext.Default.JobState);
        var row = new Ports.JobRow("job/default/a", 1, 1, IsDeleted: false, body);

        var outline = JobRows.Outline(row);

        Assert.Equal(JobRows.RecordJson(row).ToArray(), outline.RecordJson.ToArray());
        Assert.Equal(isCompleted, outline.IsCompleted);
        Assert.Equal((2, 4, 2), (outline.GpuReq, outline.GpuLim, outline.GpuAssigned));
        Assert.Equal(state.Record.JobArrivalTime.Value, outline.ArrivedAt);
        Assert.Equal(1701234567.25, outline.LastCheckpointAt);
        Assert.False(outline.MayRun);
    }

    [Fact]
    public void The_outline_of_a_deleted_job_that_is_still_being_ended_says_so()
    {
        var state = JobState.Nothing with { Ending = [new("uid", 3, 1)] };
        var body = JsonSerializer.SerializeToUtf8Bytes(state, GrainsJsonContext.Default.JobState);

        var outline = JobRows.Outline(new Ports.JobRow("job/default/a", 1, 1, IsDeleted: true, body));

        Assert.True(outline.RecordJson.IsEmpty);
        Assert.True(outline.MayRun);
    }

    private static JobState Added() => JobTransitions.Add(JobState.Nothing, "a", Command(2, 4, 2), Now).Next;

    private static AddJob Command(long req, long lim, long assigned) =>
        new() { GpuReq = req, GpuLim = lim, GpuAssigned = assigned };

    private static JobDecision Notify(JobState state, Number time, Number epochs) => JobTransitions.UpdateCheckpoint(
        state, new() { LastCheckpointTime = time, CompletedEpochs = epochs }, Now);
}
