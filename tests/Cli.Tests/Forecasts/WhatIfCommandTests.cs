using System.Text;
using Sluice.Cli.Tests.Support;

namespace Sluice.Cli.Tests.Forecasts;

public sealed class WhatIfCommandTests
{
    [Fact]
    public async Task What_would_be_decided_and_who_would_be_later_is_told()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("POST /api/v1/whatif", 200, $$"""
            {"job": {{Wire.JobOutlook("wide", "2030-01-01T00:00:00+00:00", 4, "2030-01-01T02:00:00+00:00")}},
             "queue": null,
             "others": [{"without": {{Wire.JobOutlook("big", null, null, "2030-01-01T01:00:00+00:00")}},
                         "with": {{Wire.JobOutlook("big", null, null, "2030-01-01T01:30:00+00:00")}},
                         "gpus_at_once": 4}],
             "expected": [{{Wire.Change("00:00", "big", 8, 4, "scaled down")}},
                          {{Wire.Change("00:00", "wide", 0, 4, "admitted")}},
                          {{Wire.Change("02:00", "big", 4, 8, "scaled up")}}],
             "is_cut_short": false}
            """);

        var result = await new Shell { Input = Encoding.UTF8.GetBytes("kind: Pod") }
            .RunAsync("whatif", "-f", "-", "--seconds", "3600", "--server", server.Url);

        Assert.Equal(
            """
            wide would start at once with 4 GPUs
            ends: 2030-01-01 02:00:00Z (in 2h); by its own checkpoints

            AT                     JOB    CHANGE               REASON
            2030-01-01 00:00:00Z   big    8 -> 4 GPUs          scaled down
            2030-01-01 00:00:00Z   wide   starts with 4 GPUs   admitted
            2030-01-01 02:00:00Z   big    4 -> 8 GPUs          scaled up

            OTHER JOB   AT ONCE   WOULD START   WOULD END
            big         4 GPUs                  2030-01-01 01:30:00Z 30m later

            """,
            result.Out);
        var asked = server.Single("POST /api/v1/whatif");
        Assert.Equal(("?seconds=3600", "kind: Pod"), (asked.Query, asked.Body));
    }

    [Fact]
    public async Task One_that_would_wait_is_told_its_place()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("POST /api/v1/whatif", 200, $$"""
            {"job": {{Wire.JobOutlook("wide", null, null, null)}},
             "queue": {"position": 1, "length": 1, "needed_gpus": 2, "free_gpus": 0},
             "others": [], "expected": [], "is_cut_short": true}
            """);

        var result = await new Shell { Input = Encoding.UTF8.GetBytes("kind: Pod") }
            .RunAsync("whatif", "-f", "-", "--server", server.Url);

        Assert.Equal(
            """
            wide would wait, 1 of 1; needs 2 GPUs, 0 are free; starts: nobody can tell
            ends: nobody can tell; by its own checkpoints

            no other job would start or end at another time, as far as anybody can tell
            there was too much to play to the end: what has no time would come later

            """,
            result.Out);
        Assert.Equal("", server.Single("POST /api/v1/whatif").Query);
    }

    [Fact]
    public async Task A_wrong_number_of_seconds_is_named_and_nothing_is_asked()
    {
        await using var server = await FakeServer.StartAsync();

        var result = await new Shell().RunAsync("whatif", "-f", "-", "--seconds", "0", "--server", server.Url);

        Assert.Equal(ExitCode.Usage, result.Code);
        Assert.Contains("--seconds must be a whole number from 1 to 1000000000, not '0'", result.Error);
        Assert.Empty(server.Requests);
    }
}
