namespace Sluice.Manifests.Tests;

public sealed class ManifestGangTests
{
    [Fact]
    public void All_replica_specs_with_GPUs_are_the_gang_and_the_Worker_has_the_range()
    {
        var read = Texts.Read(Texts.PyTorchJob($$"""
            {{Texts.Replica("Worker", "replicas: 3,", Texts.Gpus(1, 4))}}
                {{Texts.Replica("Master", "", Texts.Gpus(2, 2))}}
            """));

        Assert.Equal((4, 1, 4), (read.Replicas, read.GpuReq, read.GpuLim));
    }

    [Fact]
    public void A_Master_without_GPUs_is_not_of_the_gang()
    {
        var read = Texts.Read(Texts.PyTorchJob($$"""
            {{Texts.Replica("Master")}}
                {{Texts.Replica("Worker", "replicas: 3,", Texts.Gpus(1, 4))}}
            """));

        Assert.Equal((3, 1, 4), (read.Replicas, read.GpuReq, read.GpuLim));
    }

    [Fact]
    public void A_Worker_without_GPUs_leaves_the_range_to_the_Master()
    {
        var read = Texts.Read(Texts.PyTorchJob($$"""
            {{Texts.Replica("master", "", Texts.Gpus(2, 5))}}
                {{Texts.Replica("worker", "replicas: 3,")}}
            """));

        Assert.Equal((1, 2, 5), (read.Replicas, read.GpuReq, read.GpuLim));
    }

    [Fact]
    public void Without_any_GPU_all_replicas_count()
    {
        var read = Texts.Read(Texts.PyTorchJob($$"""
            {{Texts.Replica("Master")}}
                {{Texts.Replica("Worker", "replicas: 3,", "{limits: {nvidia.com/gpu: 0}}")}}
            """));

        Assert.Equal((4, 0, 0), (read.Replicas, read.GpuReq, read.GpuLim));
    }

    [Fact]
    public void A_job_has_as_many_replicas_as_its_parallelism()
    {
        Assert.Equal(1, Texts.Read(Texts.Job()).Replicas);
        Assert.Equal(5, Texts.Read(Texts.Job("parallelism: 5")).Replicas);
    }

    [Theory]
    [InlineData("parallelism: 0", "spec.parallelism: must be a whole number from 1 to 1000000, not \"0\"")]
    [InlineData("parallelism: -1", "spec.parallelism: must be a whole number from 1 to 1000000, not \"-1\"")]
    [InlineData("parallelism: \"2\"", "spec.parallelism: must be a whole number from 1 to 1000000, not \"2\"")]
    [InlineData("parallelism: 1000001", "spec.parallelism: must be a whole number from 1 to 1000000, not \"1000001\"")]
    [InlineData("parallelism: [1]", "spec.parallelism: must be a whole number from 1 to 1000000")]
    [InlineData("backoffLimit: -1", "spec.backoffLimit: must be a whole number from 0 to 1000000, not \"-1\"")]
    public void A_count_that_is_none_is_refused(string spec, string problem)
    {
        Assert.Equal(problem, Texts.Problem(Texts.Job(spec)));
    }

    [Fact]
    public void Replicas_of_a_gang_have_a_limit_together()
    {
        Assert.Equal(
            "spec: has 1000001 replicas; at most 1000000 are allowed",
            Texts.Problem(Texts.PyTorchJob($$"""
                {{Texts.Replica("Master", "", Texts.Gpus(1, 1))}}
                    {{Texts.Replica("Worker", "replicas: 1000000,", Texts.Gpus(1, 1))}}
                """)));
    }

    [Theory]
    [InlineData("Boss: {}", "spec.pytorchReplicaSpecs.Boss: is no replica type; there are Master and Worker")]
    [InlineData("3: {}", "spec.pytorchReplicaSpecs.3: is no replica type; there are Master and Worker")]
    [InlineData("{}", "spec.pytorchReplicaSpecs: must have a Master or a Worker")]
    [InlineData("null", "spec.pytorchReplicaSpecs: must have a Master or a Worker")]
    [InlineData("[]", "spec.pytorchReplicaSpecs: must be a mapping")]
    [InlineData("Master: {}", "spec.pytorchReplicaSpecs.Master.template.spec.containers: must have a container")]
    [InlineData("Master: 3", "spec.pytorchReplicaSpecs.Master: must be a mapping")]
    public void Replica_specs_that_are_none_are_refused(string specs, string problem)
    {
        Assert.StartsWith(problem, Texts.Problem(Texts.PyTorchJob(specs)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_replica_type_in_two_spellings_is_refused()
    {
        var problem = Texts.Problem(Texts.PyTorchJob($"{Texts.Replica("Master")}\n    {Texts.Replica("master")}"));

        Assert.Equal("spec.pytorchReplicaSpecs.master: names Master a second time", problem);
    }
}
