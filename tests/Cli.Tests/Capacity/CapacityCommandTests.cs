using Sluice.Cli.Tests.Support;

namespace Sluice.Cli.Tests.Capacity;

public sealed class CapacityCommandTests
{
    [Fact]
    public async Task Nodes_holders_and_the_waiting_are_shown_with_their_reasons()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET /api/v1/capacity", 200, Wire.Capacity(
            8,
            2,
            Wire.Allocation("wide", 2, "makes room for gang", held: 6),
            Wire.Allocation("gone", 0, "deleted", held: 2, isEnding: true),
            Wire.Allocation("cpu", 0, "needs no GPU", isAdmitted: true),
            Wire.Allocation("gang", 0, "waits for 2 blocks of 2 GPUs")));

        var result = await new Shell().RunAsync("capacity", "--server", server.Url);

        Assert.Equal(
            """
            NODE                 GPUS   FREE   HELD BY
            node-0 (simulated)   8      2      wide (0,1), wide (giving back 2,3,4,5)

            JOB    HOLDS   STATE           REASON
            wide   6       giving back 4   makes room for gang
            gone   2       ending          deleted
            cpu    0       holds           needs no GPU
            gang   0       waits           waits for 2 blocks of 2 GPUs

            NAMESPACE     QUOTA   USED
            fine-tuning   4       2

            policy: recent-checkpoint

            """,
            result.Out);
    }

    [Fact]
    public async Task Json_is_what_the_server_said()
    {
        await using var server = await FakeServer.StartAsync();
        server.On("GET /api/v1/capacity", 200, """{"nodes": []}""");

        var result = await new Shell().RunAsync("capacity", "-o", "json", "--server", server.Url);

        Assert.Equal((ExitCode.Done, "{\"nodes\": []}\n"), (result.Code, result.Out));
    }
}
