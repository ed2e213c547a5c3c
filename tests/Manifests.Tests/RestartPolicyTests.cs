namespace Sluice.Manifests.Tests;

public sealed class RestartPolicyTests
{
    [Theory]
    [InlineData("", RestartPolicy.Always)]
    [InlineData("restartPolicy: Always", RestartPolicy.Always)]
    [InlineData("restartPolicy: OnFailure", RestartPolicy.OnFailure)]
    [InlineData("restartPolicy: Never", RestartPolicy.Never)]
    public void A_Pod_is_always_restarted_unless_it_says_otherwise(string policy, RestartPolicy expected)
    {
        Assert.Equal(expected, Texts.Read(Texts.Pod(more: $"  {policy}")).RestartPolicy);
    }

    [Theory]
    [InlineData("", RestartPolicy.Never)]
    [InlineData("restartPolicy: OnFailure", RestartPolicy.OnFailure)]
    [InlineData("restartPolicy: Never", RestartPolicy.Never)]
    public void The_pods_of_a_Job_have_the_policy_of_its_template(string policy, RestartPolicy expected)
    {
        var read = Texts.Read(Texts.Job(podSpec: policy));

        Assert.Equal((expected, 6), (read.RestartPolicy, read.BackoffLimit));
    }

    [Theory]
    [InlineData("", RestartPolicy.OnFailure, 1)]
    [InlineData("restartPolicy: Always,", RestartPolicy.Always, 1)]
    [InlineData("restartPolicy: Never,", RestartPolicy.Never, 1)]
    [InlineData("restartPolicy: OnFailure,", RestartPolicy.OnFailure, 1)]
    [InlineData("restartPolicy: ExitCode,", RestartPolicy.OnFailure, 128)]
    public void A_PyTorchJob_has_the_policy_of_the_scaled_replica(
        string policy, RestartPolicy expected, int minExitCode)
    {
        var read = Texts.Read(Texts.PyTorchJob($$"""
            {{Texts.Replica("Master", "restartPolicy: Never,", Texts.Gpus(1, 1))}}
                {{Texts.Replica("Worker", policy, Texts.Gpus(1, 1))}}
            """));

        Assert.Equal((expected, minExitCode), (read.RestartPolicy, read.MinRetryableExitCode));
    }

    [Fact]
    public void Back_off_limits_are_read_where_each_kind_has_them()
    {
        Assert.Equal(2, Texts.Read(Texts.Job("backoffLimit: 2")).BackoffLimit);
        Assert.Equal(
            0, Texts.Read(Texts.PyTorchJob(Texts.Replica("Master"), "runPolicy: {backoffLimit: 0}")).BackoffLimit);
        Assert.Equal(6, Texts.Read(Texts.PyTorchJob(Texts.Replica("Master"))).BackoffLimit);
    }

    [Fact]
    public void A_policy_that_is_none_is_refused()
    {
        Assert.Equal(
            "spec.restartPolicy: must be Always or OnFailure or Never, not \"Sometimes\"",
            Texts.Problem(Texts.Pod(more: "  restartPolicy: Sometimes")));
        Assert.Equal(
            "spec.template.spec.restartPolicy: must be OnFailure or Never, not \"Always\"",
            Texts.Problem(Texts.Job(podSpec: "restartPolicy: Always")));
        Assert.Equal(
            "spec.pytorchReplicaSpecs.Master.restartPolicy: "
            + "must be Always or OnFailure or Never or ExitCode, not \"1\"",
            Texts.Problem(Texts.PyTorchJob(Texts.Replica("Master", "restartPolicy: '1',"))));
    }

    [Theory]
    [InlineData(ManifestKind.Pod, RestartPolicy.Always, 1, 0, true)]
    [InlineData(ManifestKind.Pod, RestartPolicy.OnFailure, 1, 0, false)]
    [InlineData(ManifestKind.Pod, RestartPolicy.OnFailure, 1, 1, true)]
    [InlineData(ManifestKind.Pod, RestartPolicy.Never, 1, 1, false)]
    [InlineData(ManifestKind.Job, RestartPolicy.Never, 1, 1, true)]
    [InlineData(ManifestKind.Job, RestartPolicy.Never, 1, 0, false)]
    [InlineData(ManifestKind.PyTorchJob, RestartPolicy.Never, 1, 137, false)]
    [InlineData(ManifestKind.PyTorchJob, RestartPolicy.OnFailure, 128, 127, false)]
    [InlineData(ManifestKind.PyTorchJob, RestartPolicy.OnFailure, 128, 137, true)]
    public void The_policy_and_the_kind_say_whether_an_exit_is_followed_by_a_restart(
        ManifestKind kind, RestartPolicy policy, int minExitCode, int exitCode, bool isRestarted)
    {
        var manifest = Texts.Read(Texts.Pod()) with
        {
            Kind = kind,
            RestartPolicy = policy,
            MinRetryableExitCode = minExitCode,
        };

        Assert.Equal(isRestarted, manifest.IsRestartedAfter(exitCode));
    }
}
