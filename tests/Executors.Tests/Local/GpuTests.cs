using Sluice.Executors.Local;
using Sluice.Manifests;

namespace Sluice.Executors.Tests.Local;

public sealed class GpuTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private GpuIndex Index => new(Path.Combine(_folder.Path, ".gpus.json"));

    [Theory]
    [InlineData(null, "GPU-a,GPU-b,GPU-c,GPU-d")]
    [InlineData("2,3", "GPU-c,GPU-d")]
    [InlineData("GPU-b,GPU-d", "GPU-b,GPU-d")]
    [InlineData("", "")]
    public void GPUs_are_those_that_the_server_itself_may_use(string? visible, string expected) =>
        Assert.Equal(
            expected,
            string.Join(',', NvidiaSmi.Read(0, "0, GPU-a\n1, GPU-b\n2, GPU-c\n3, GPU-d\n", "", visible)));

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    public void A_GPU_that_does_not_answer_is_not_there_and_the_others_are(int exitCode) =>
        Assert.Equal(
            "GPU-a,GPU-c",
            string.Join(',', NvidiaSmi.Read(exitCode, "0, GPU-a\n1, [GPU is lost]\n2, GPU-c\n", "", null)));

    [Theory]
    [InlineData(15, "")]
    [InlineData(9, "0, GPU-a\n")]
    public void A_failure_that_tells_nothing_of_the_GPUs_is_a_failure(int exitCode, string output)
    {
        var error = Assert.Throws<InvalidOperationException>(
            () => NvidiaSmi.Read(exitCode, output, "driver not loaded\n", null));

        Assert.EndsWith("driver not loaded", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_index_means_the_same_device_for_good_and_a_lost_GPU_is_lost()
    {
        Assert.Equal("GPU-b", Index.Assign(["GPU-a", "GPU-b", "GPU-c"]).DeviceOf(1));

        var fewer = Index.Assign(["GPU-c", "GPU-a"]);

        Assert.Equal(1, Assert.Single(fewer.Lost));
        Assert.Equal("GPU-c", fewer.DeviceOf(2));
        Assert.Throws<InvalidOperationException>(() => fewer.DeviceOf(1));
        Assert.Throws<InvalidOperationException>(() => fewer.DeviceOf(3));

        var replaced = Index.Assign(["GPU-a", "GPU-d", "GPU-c"]);
        Assert.Equal(1, Assert.Single(replaced.Lost));
        Assert.Equal("GPU-d", replaced.DeviceOf(3));

        var back = Index.Assign(["GPU-a", "GPU-b", "GPU-c", "GPU-d"]);
        Assert.Empty(back.Lost);
        Assert.Equal("GPU-b", back.DeviceOf(1));
    }

    [Fact]
    public void A_damaged_list_is_named_instead_of_guessed_at()
    {
        File.WriteAllText(Path.Combine(_folder.Path, ".gpus.json"), "[\"GPU-a\"");

        var error = Assert.Throws<InvalidDataException>(() => Index.Assign(["GPU-b"]));

        Assert.Contains(".gpus.json is damaged", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_job_is_given_its_devices_by_name_and_none_that_is_lost()
    {
        var process = new LocalProcess { Rank = 0, Arguments = ["true"], Environment = [] };
        var gpus = new GpuList(["GPU-a", "GPU-b", "GPU-c"], [2], IsSimulated: false);

        Assert.Equal("GPU-a,GPU-b", Build(0, 1).Ranks[0].Environment["CUDA_VISIBLE_DEVICES"]);
        Assert.Throws<InvalidOperationException>(() => Build(1, 2));

        RunSpec Build(params int[] held) => RunSpecBuilder.Build(
            Runs.Desired() with { Blocks = [new("node-0", [.. held])] },
            new LocalPlan([process], null),
            new RunFolder("u-1"),
            new LocalExecutorOptions(),
            gpus,
            []);
    }

    public void Dispose() => _folder.Dispose();
}
