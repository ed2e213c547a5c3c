using Sluice.Cli.Demo;
using Sluice.Cli.Output;
using Sluice.Manifests;

namespace Sluice.Cli.Tests.Demo;

public sealed class DemoSamplesTests
{
    private static readonly string Root = FindRoot();

    [Fact]
    public void The_samples_leave_room_for_elasticity_on_eight_GPUs()
    {
        var manifests = DemoSamples.Load(Root, isRigid: false)
            .Select(sample => ManifestReader.Read(sample.Manifest).Manifest!).ToList();

        Assert.Equal(["wide", "careful", "gang", "small"], manifests.Select(manifest => manifest.Name));
        Assert.Equal(
            ["2-8", "1-4", "1-2", "1-2"],
            manifests.Select(manifest => Numbers.Range(manifest.GpuReq, manifest.GpuLim)));
        Assert.Equal([1, 1, 2, 1], manifests.Select(manifest => manifest.Replicas));
        Assert.True(manifests.Sum(manifest => manifest.GpuReq * manifest.Replicas) <= 8);
        Assert.True(manifests.Sum(manifest => manifest.GpuLim * manifest.Replicas) > 8);
        Assert.Equal(
            [ManifestKind.PyTorchJob, ManifestKind.Job, ManifestKind.PyTorchJob, ManifestKind.Pod],
            manifests.Select(manifest => manifest.Kind));
        Assert.Equal(ScaleMode.AfterCheckpoint, manifests[1].ScaleMode);
    }

    [Fact]
    public void The_samples_run_locally_with_their_count_in_the_command()
    {
        foreach (var sample in DemoSamples.Load(Root, isRigid: false))
        {
            var manifest = ManifestReader.Read(sample.Manifest).Manifest!;
            var plan = LocalPlanner.Plan(
                sample.Manifest, new() { GpuCount = manifest.GpuLim, SluiceUrl = "http://127.0.0.1:1" }, masterPort: 2);

            Assert.Null(plan.Problem);
            Assert.Equal(manifest.Replicas, plan.Processes.Length);
            Assert.All(plan.Processes, process => Assert.Contains(
                "train.py", string.Join(' ', process.Arguments), StringComparison.Ordinal));
            if (manifest.Name == "gang")
            {
                Assert.All(plan.Processes, process => Assert.Contains(
                    "--num_processes=2 --epochs 12 --steps-per-epoch 8 --seed 13",
                    process.Arguments[^1],
                    StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public void Pinned_samples_have_their_request_as_their_limit_and_are_the_same_jobs_otherwise()
    {
        foreach (
            var (elastic, rigid) in DemoSamples.Load(Root, isRigid: false).Zip(DemoSamples.Load(Root, isRigid: true)))
        {
            var before = ManifestReader.Read(elastic.Manifest).Manifest!;
            var after = ManifestReader.Read(rigid.Manifest).Manifest!;

            Assert.Equal(before with { GpuLim = before.GpuReq }, after);
        }
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Orleans.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("the tests do not run inside the repository");
    }
}
