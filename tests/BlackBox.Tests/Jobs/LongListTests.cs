using System.Globalization;
using System.Text.Json.Nodes;

namespace Sluice.BlackBox.Tests.Jobs;

/// <summary>Lists that are longer than what one write to a connection takes.</summary>
public sealed class LongListTests(SharedServer shared) : IClassFixture<SharedServer>
{
    [Fact]
    public async Task A_list_arrives_whole_whatever_its_length_on_one_connection()
    {
        // Large and small records in turn, so that answers end at many different places.
        int[] noteLengths = [100, 60_000, 1, 3_000, 30_000, 35_000, 10, 500, 64_000, 1, 1, 1, 7_000];
        for (var round = 0; round < 3; round++)
        {
            foreach (var (index, length) in noteLengths.Index())
            {
                var name = string.Create(CultureInfo.InvariantCulture, $"long {round} {index}");
                await shared.Api.AddJobAsync(name);
                var body = new JsonObject { ["job_name"] = name, ["note"] = new string('x', length) };
                (await shared.Api.PutAsync("/update_job", body.ToJsonString())).Must(HttpStatusCode.OK);

                foreach (var list in new[] { "/get_all_jobs", "/get_jobs_by_arrival", "/get_jobs_by_checkpoint_limit" })
                {
                    Assert.Equal((round * noteLengths.Length) + index + 1, (await shared.Api.ListAsync(list)).Count);
                }
            }
        }
    }

    [Fact]
    public async Task Many_small_records_arrive_whole_and_in_their_order()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "1");
        var names = Enumerable.Range(0, 1100)
            .Select(index => string.Create(CultureInfo.InvariantCulture, $"job {index}")).ToList();
        await Parallel.ForEachAsync(names, async (name, _) => await server.Api.AddJobAsync(name));

        foreach (var list in new[] { "/get_all_jobs", "/get_jobs_by_arrival", "/get_scale_down_jobs_by_checkpoint/0" })
        {
            Assert.Equal(
                names.Order(StringComparer.Ordinal), (await server.Api.ListAsync(list)).Order(StringComparer.Ordinal));
        }

        Assert.Equal(
            (await server.Api.ListAsync("/get_all_jobs")).Take(1001),
                await server.Api.ListAsync("/get_all_jobs?limit=1001"));
    }
}
