using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Grains.Tests.Hosting;

public sealed class JobMetadataTests
{
    [Fact]
    public async Task Of_many_concurrent_adds_of_one_name_exactly_one_succeeds()
    {
        await using var world = await GrainWorld.StartAsync(gpus: 0);
        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(index => world.Job("same").AddAsync(
            new() { GpuReq = 1, GpuLim = 2, GpuAssigned = 1, OperationId = $"op-{index}" })));
        Assert.Single(answers, answer => answer.Outcome == JobOutcome.Done);
        Assert.Equal(63, answers.Count(answer => answer.Outcome == JobOutcome.AlreadyExists));
    }

    [Fact]
    public async Task A_list_that_is_asked_for_after_an_answered_write_has_it()
    {
        await using var world = await GrainWorld.StartAsync(gpus: 0);
        await Task.WhenAll(Enumerable.Range(0, 16).Select(async writer =>
        {
            for (var index = 0; index < 20; index++)
            {
                var name = $"job-{writer}-{index}";
                await world.Job(name).AddAsync(new() { GpuReq = 1, GpuLim = 4, GpuAssigned = 1 });
                Assert.Contains(name, await NamesAsync(world, RankOrder.ScaleUpCandidates));
                await world.Job(name).UpdateStatusAsync(new() { Status = "completed" });
                Assert.DoesNotContain(name, await NamesAsync(world, RankOrder.ByArrival));
            }
        }));
    }

    [Fact]
    public async Task All_jobs_come_in_the_order_of_their_addition_a_page_at_a_time_also_after_a_restart()
    {
        await using var world = await GrainWorld.StartAsync(gpus: 0);
        for (var index = 0; index < 25; index++)
        {
            await world.Job($"job-{index}").AddAsync(new() { GpuReq = 1, GpuLim = 4, GpuAssigned = 1 });
        }

        await world.Job("job-3").DeleteAsync();
        await world.Job("job-3").AddAsync(new() { GpuReq = 1, GpuLim = 4, GpuAssigned = 1 });
        await world.Job("job-7").UpdateStatusAsync(new() { Status = "completed" });
        var expected = Enumerable.Range(0, 25)
            .Where(index => index != 3).Append(3).Select(index => $"job-{index}").ToList();
        Assert.Equal(expected, await AllNamesAsync(world));
        await world.RestartAsync();
        Assert.Equal(expected, await AllNamesAsync(world));
    }

    private static async Task<List<string>> NamesAsync(GrainWorld world, RankOrder order)
    {
        var ranked = await world.Capacity.RankAsync(new() { Order = order });
        return Names(Text(ranked.Json));
    }

    private static async Task<List<string>> AllNamesAsync(GrainWorld world)
    {
        var names = new List<string>();
        for (long? after = 0; after is { } from;)
        {
            var page = await world.Capacity.ReadJobsAsync(from, 4);
            var ofPage = Names($"[{Text(page.Json)}]");
            Assert.Equal(ofPage.Count, page.Count);
            names.AddRange(ofPage);
            after = page.Next;
        }

        return names;
    }

    private static string Text(ImmutableArray<JsonPiece> pieces) =>
        string.Concat(pieces.Select(piece => Encoding.UTF8.GetString(piece.Utf8.Span)));

    private static List<string> Names(string json)
    {
        using var list = JsonDocument.Parse(json);
        return [.. list.RootElement.EnumerateArray().Select(job => job.GetProperty("job_name").GetString()!)];
    }
}
