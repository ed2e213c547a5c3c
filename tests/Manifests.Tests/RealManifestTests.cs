namespace Sluice.Manifests.Tests;

/// <summary>Runs over manifests that lie beside the repository, in shared/manifests, where there are any.</summary>
public sealed class RealManifestTests
{
    public static TheoryData<string, string> Expected => new()
    {
        { "demo-job1.yaml", "PyTorchJob fms-tuning/genai-job1 1x 2..4 OnFailure" },
        { "sample-job.yaml", "Job default/sg-test-job 1x 2..4 Never" },
        { "sample-pod.yaml", "Pod default/workman-test 1x 3..6 Always" },
        { "scale.yaml", "PyTorchJob fms-tuning/sample-pytorchjob 1x 1..3 OnFailure" },
    };

    [Theory]
    [MemberData(nameof(Expected))]
    public void A_real_manifest_is_read_as_it_is(string file, string expected)
    {
        if (Text(file) is not { } text)
        {
            return;
        }

        var reading = ManifestReader.Read(text);

        Assert.Null(reading.Problem);
        var read = reading.Manifest!;
        Assert.Equal(
            expected,
            $"{read.Kind} {read.Namespace}/{read.Name} {read.Replicas}x {read.GpuReq}..{read.GpuLim} "
            + read.RestartPolicy);
    }

    [Theory]
    [MemberData(nameof(Expected))]
    public void A_rewritten_real_manifest_differs_only_where_it_should(string file, string expected)
    {
        if (Text(file) is not { } text)
        {
            return;
        }

        Assert.NotEmpty(expected);
        RewriteAssert.ChangesOnlyWhatIsNamed(text, gpuCount: 3);
    }

    [Theory]
    [MemberData(nameof(Expected))]
    public void A_real_manifest_that_needs_a_claim_says_so_when_it_is_planned_locally(string file, string expected)
    {
        if (Text(file) is not { } text)
        {
            return;
        }

        var plan = LocalPlanner.Plan(text, new() { GpuCount = 2, SluiceUrl = "http://127.0.0.1:5000" }, 29500);

        Assert.NotEmpty(expected);
        Assert.Contains(
            "the claim \"fms-tuning-pvc\", which cannot be had locally", plan.Problem, StringComparison.Ordinal);
        Assert.Empty(plan.Processes);
    }

    private static string? Text(string file)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Orleans.sln")))
            {
                var path = Path.Combine(folder.FullName, "..", "shared", "manifests", file);
                return File.Exists(path) ? File.ReadAllText(path) : null;
            }
        }

        return null;
    }
}
