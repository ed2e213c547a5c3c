using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Sluice.Grains.Ports;
using Sluice.Grains.StageQueues;
using Sluice.Scheduling.StageQueues;

namespace Sluice.Grains.Tests.StageQueues;

public sealed class StageQueueRowsTests
{
    private static readonly DateTimeOffset Now = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly StageQueueLimits Limits = new(100, 1 << 20);

    private const string Yesterday = """
        {"stage":3,"since":1735689600000,"cmd":{"a" : [1,  2.0]},"file":"out/ü.h5","n":4,"flagged":1735689660000,
        "failed":2,"hand":{"from":2,"op":"o","lease":1.5,"until":1735689601500,"renewed":1735689600001,"later":{}},
        "keys":[{"key":"k","at":1735689600000,"request":"get 2 3 ","from":2,"n":3,"until":1735689600002,"failed":1,
        "cmd":"old","later":[1]}],"moves":[{"at":1735689600003,"stage":2,"back":1,"n":3,"op":"m","caller":"c",
        "request":"r","later":null}],"later":{"x":[ true ]}}
        """;

    [Fact]
    public void A_job_that_an_earlier_version_stored_is_read()
    {
        var job = Read(Yesterday);

        Assert.Equal((-7, 3, 4, 2), (job.Id, job.Stage, job.HandOuts, job.FailedAttempts));
        Assert.Equal((Now, Now.AddMinutes(1), "out/ü.h5"), (job.Since, job.FlaggedAt, job.FileName));
        Assert.Equal("""{"a" : [1,  2.0]}""", Text(job.Command));
        Assert.Equal(
            new JobHand
            {
                From = 2, OperationId = "o", LeaseSeconds = 1.5, LeaseUntil = Now.AddSeconds(1.5),
                RenewedAt = Now.AddMilliseconds(1),
            },
            job.Hand);
        var key = Assert.Single(job.Keys);
        Assert.Equal("\"old\"", Text(key.Command!.Value));
        Assert.Equal(
            new HandOutKey
            {
                Key = "k", At = Now, Request = "get 2 3 ", From = 2, HandOut = 3, Until = Now.AddMilliseconds(2),
                FailedAttempts = 1,
            },
            key with { Command = null });
        Assert.Equal(
            new DoneMove
            {
                At = Now.AddMilliseconds(3), Stage = 2, IsGivenBack = true, HandOut = 3, OperationId = "m", Caller = "c",
                Request = "r",
            },
            Assert.Single(job.Moves));
    }

    [Fact]
    public void A_job_reads_back_as_it_was_stored_with_what_is_not_known_of_it()
    {
        var written = Write(Read(Yesterday));

        Assert.Contains("""
            "cmd":{"a" : [1,  2.0]},
            """.Trim(), written, StringComparison.Ordinal);
        Assert.Contains("""
            "later":{"x":[ true ]}
            """.Trim(), written, StringComparison.Ordinal);
        Assert.Equal(written, Write(Read(written)));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("-1.50e+3")]
    [InlineData("\"a\\u0000\\n\\\"ü\"")]
    [InlineData("{ \"b\":1,\n\"a\" : {} }")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]")]
    public void Commands_are_kept_byte_for_byte(string command)
    {
        var job = new ListedJob { Id = -7, Stage = 0, Since = Now, Command = Encoding.UTF8.GetBytes(command) };

        Assert.Equal(command, Text(Read(Write(job)).Command));
    }

    [Fact]
    public void A_job_that_only_waits_is_stored_in_few_bytes() => Assert.Equal(
        """{"stage":0,"since":1735689600000,"cmd":1}""",
        Write(new() { Id = 1, Stage = 0, Since = Now, Command = Encoding.UTF8.GetBytes("1") }));

    [Fact]
    public void Head_and_jobs_are_read_back()
    {
        var draft = new StageQueueDraft(StageQueueState.Empty, Limits, Now);
        StageClocks.Initialize(draft, [0, 1.5]);
        StageClocks.ChangeSettings(draft, redeliver: true, maxAttempts: 3);
        StageAdditions.Add(draft, [new(-1, 0, Encoding.UTF8.GetBytes("1")), new(long.MaxValue, 9, Encoding.UTF8.GetBytes("2"))]);

        var read = StageQueueRows.Read(Rows(StageQueueRows.Changed(draft)));

        Assert.Equal([0, 1.5], read.Head.Lifetimes.ToArray());
        Assert.Equal((true, 3), (read.Head.Redeliver, read.Head.MaxAttempts));
        Assert.Equal([(-1, 0), (long.MaxValue, 9)], read.Jobs.Select(entry => (entry.Id, entry.Job!.Stage)));
    }

    [Fact]
    public void A_head_that_a_later_version_stored_is_read_and_keeps_what_is_not_known_of_it()
    {
        var later = """{"lifetimes":[1],"max_attempts":2,"later":{"x":1}}""";
        var read = StageQueueRows.Read([new("head", "head", Encoding.UTF8.GetBytes(later))]);
        var draft = new StageQueueDraft(read, Limits, Now);
        StageClocks.SetLifetime(draft, 0, 2);

        var written = Text(Assert.Single(StageQueueRows.Changed(draft).Upserts).Body);

        Assert.Contains("\"later\":{\"x\":1}", written, StringComparison.Ordinal);
        Assert.Contains("\"max_attempts\":2", written, StringComparison.Ordinal);
    }

    [Fact]
    public void A_large_command_is_written_once_and_not_with_each_hand_out()
    {
        var large = Encoding.UTF8.GetBytes($"\"{new string('x', 5_000)}\"");
        var draft = new StageQueueDraft(StageQueueState.Empty, Limits, Now);
        StageAdditions.Add(draft, [new(1, 0, large), new(2, 0, Encoding.UTF8.GetBytes("2"))]);
        var rows = StageQueueRows.Changed(draft);
        Assert.Equal(["command/1", "job/1", "job/2"], Names(rows.Upserts).Order());
        var state = StageQueueRows.Read(Rows(rows));
        Assert.Equal(large, state.Find(1)!.Command.ToArray());

        draft = new(state, Limits, Now);
        StageHandOuts.HandOut(draft, new(0, 1, "a", IsKey: false, LeaseSeconds: null));
        rows = StageQueueRows.Changed(draft);
        Assert.Equal(["job/1"], Names(rows.Upserts));
        Assert.InRange(rows.Upserts[0].Body.Length, 10, 200);

        draft = new(draft.ToState(), Limits, Now);
        Move(draft, Encoding.UTF8.GetBytes("3"));
        rows = StageQueueRows.Changed(draft);
        Assert.Equal(["job/1"], Names(rows.Upserts));
        Assert.Equal(("command", "1"), Assert.Single(rows.Deletes));

        draft = new(draft.ToState(), Limits, Now);
        Move(draft, large);
        Assert.Equal(["command/1", "job/1"], Names(StageQueueRows.Changed(draft).Upserts).Order());

        static void Move(StageQueueDraft draft, byte[] command) => StageMoves.Move(
            draft, new() { JobId = 1, Stage = 0, OperationId = $"m-{command.Length}", Caller = "c", Command = command });
    }

    private static string[] Names(IEnumerable<OwnedRow> rows) => [.. rows.Select(row => $"{row.Collection}/{row.Key}")];

    private static ImmutableArray<OwnedRow> Rows(RowDifference difference) =>
        [.. difference.Upserts.OrderBy(row => row.Collection, StringComparer.Ordinal)];

    private static ListedJob Read(string json) => ListedJobReader.Read(-7, Encoding.UTF8.GetBytes(json));

    private static string Write(ListedJob job)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, ListedJobWriter.Options))
        {
            ListedJobWriter.Write(writer, job, withCommand: true);
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);
}
