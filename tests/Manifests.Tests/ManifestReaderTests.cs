namespace Sluice.Manifests.Tests;

public sealed class ManifestReaderTests
{
    private const string GpuLimit = "spec.containers[0].resources.limits[\"nvidia.com/gpu\"]";

    [Theory]
    [InlineData("2", 2)]
    [InlineData("\"2\"", 2)]
    [InlineData("'2'", 2)]
    [InlineData("2.0", 2)]
    [InlineData("2.", 2)]
    [InlineData("\"2.00\"", 2)]
    [InlineData("0", 0)]
    [InlineData("1000000", 1_000_000)]
    [InlineData("!!str 3", 3)]
    [InlineData("null", 0)]
    [InlineData("~", 0)]
    public void A_quantity_is_a_number_or_a_string(string quantity, int gpus)
    {
        var read = Texts.Read(Texts.Pod($"{{limits: {{nvidia.com/gpu: {quantity}}}}}"));

        Assert.Equal((gpus, gpus), (read.GpuReq, read.GpuLim));
    }

    [Theory]
    [InlineData("1.5")]
    [InlineData("abc")]
    [InlineData("-1")]
    [InlineData("\"-1\"")]
    [InlineData("1e2")]
    [InlineData("2k")]
    [InlineData("010")]
    [InlineData("0x2")]
    [InlineData("+2")]
    [InlineData(" \"\"")]
    [InlineData("true")]
    [InlineData("1000001")]
    [InlineData("99999999999999999999")]
    [InlineData("[2]")]
    [InlineData("{a: 2}")]
    [InlineData(".inf")]
    [InlineData("\"2 \"")]
    [InlineData("\"2\\n\"")]
    [InlineData("٣")]
    public void A_quantity_that_is_no_whole_number_of_GPUs_is_refused_with_its_path(string quantity)
    {
        var problem = Texts.Problem(Texts.Pod($"{{limits: {{nvidia.com/gpu: {quantity}}}}}"));

        Assert.StartsWith(
            $"{GpuLimit}: must be a whole number of GPUs from 0 to 1000000", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{requests: {nvidia.com/gpu: 2}, limits: {nvidia.com/gpu: 4}}", 2, 4)]
    [InlineData("{requests: {nvidia.com/gpu: 2}}", 2, 2)]
    [InlineData("{limits: {nvidia.com/gpu: 4}}", 4, 4)]
    [InlineData("{requests: {nvidia.com/gpu: 0}, limits: {nvidia.com/gpu: 4}}", 0, 4)]
    [InlineData("{requests: {cpu: 2}, limits: {nvidia.com/gpu: 4}}", 4, 4)]
    [InlineData("{limits: {cpu: 4}}", 0, 0)]
    [InlineData("{requests: null, limits: ~}", 0, 0)]
    [InlineData("{}", 0, 0)]
    public void What_is_given_alone_is_both_request_and_limit(string resources, int request, int limit)
    {
        var read = Texts.Read(Texts.Pod(resources));

        Assert.Equal((request, limit, 1), (read.GpuReq, read.GpuLim, read.Replicas));
    }

    [Fact]
    public void A_limit_under_its_request_is_refused()
    {
        Assert.Equal(
            $"{GpuLimit}: 2 is less than the request of 3",
            Texts.Problem(Texts.Pod(Texts.Gpus(3, 2))));
    }

    [Fact]
    public void The_range_is_summed_over_the_containers_of_a_replica()
    {
        var read = Texts.Read(
            Texts.Pod(Texts.Gpus(1, 2), more: $"  - resources: {Texts.Gpus(2, 5)}\n  - name: sidecar"));

        Assert.Equal((3, 7), (read.GpuReq, read.GpuLim));
    }

    [Fact]
    public void GPUs_of_all_containers_together_have_a_limit()
    {
        var half = Texts.Gpus(1, 600_000);

        Assert.Equal(
            "spec.containers: have more than 1000000 GPUs together",
            Texts.Problem(Texts.Pod(half, more: $"  - resources: {half}")));
    }

    [Theory]
    [InlineData("{request: \"1\", limit: \"3\"}", 1, 3)]
    [InlineData("{request: 1, limit: 3}", 1, 3)]
    [InlineData("{limit: \"8\"}", 2, 8)]
    [InlineData("{request: \"0\"}", 0, 2)]
    [InlineData("{request: null}", 2, 2)]
    [InlineData("{replicas: nonsense, request: '2', limit: '2'}", 2, 2)]
    [InlineData("null", 2, 2)]
    public void Annotations_win_over_resources(string annotations, int request, int limit)
    {
        var read = Texts.Read(Texts.Pod(annotations: annotations));

        Assert.Equal((request, limit, 1), (read.GpuReq, read.GpuLim, read.Replicas));
    }

    [Theory]
    [InlineData("{request: \"3\"}", "metadata.annotations.request: makes the limit 2, less than the request of 3")]
    [InlineData("{limit: \"1\"}", "metadata.annotations.limit: makes the limit 1, less than the request of 2")]
    [InlineData(
        "{request: many}", "metadata.annotations.request: must be a whole number from 0 to 1000000, not \"many\"")]
    [InlineData("{limit: \"1000001\"}",
        "metadata.annotations.limit: must be a whole number from 0 to 1000000, not \"1000001\"")]
    [InlineData("{limit: [1]}", "metadata.annotations.limit: must be text")]
    [InlineData("[]", "metadata.annotations: must be a mapping")]
    public void A_bad_range_in_the_annotations_is_refused(string annotations, string problem)
    {
        Assert.Equal(problem, Texts.Problem(Texts.Pod(annotations: annotations)));
    }

    [Fact]
    public void Annotated_GPUs_that_no_container_could_take_are_refused()
    {
        Assert.Contains(
            "metadata.annotations: give GPUs, but no container names nvidia.com/gpu",
            Texts.Problem(Texts.Pod("{}", "{request: '1', limit: '3'}")),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("genai-job1")]
    [InlineData("a.b-c.9")]
    public void A_name_is_one_that_Kubernetes_takes(string name)
    {
        Assert.Equal(name, Texts.Read(Texts.Pod().Replace("name: p", $"name: {name}", StringComparison.Ordinal)).Name);
    }

    [Theory]
    [InlineData("A", "must be 1 to 253 lower-case letters")]
    [InlineData("a/b", "must be 1 to 253 lower-case letters")]
    [InlineData("a_b", "must be 1 to 253 lower-case letters")]
    [InlineData("-a", "must be 1 to 253 lower-case letters")]
    [InlineData("a-", "must be 1 to 253 lower-case letters")]
    [InlineData("a..b", "must be 1 to 253 lower-case letters")]
    [InlineData("é", "must be 1 to 253 lower-case letters")]
    [InlineData("\"a\\n\"", "must be 1 to 253 lower-case letters")]
    [InlineData("\"\"", "must be 1 to 253 lower-case letters")]
    [InlineData("12", "must be text; write it as \"12\"")]
    [InlineData("true", "must be text; write it as \"true\"")]
    [InlineData("[a]", "must be text")]
    [InlineData("~", "is required")]
    public void A_name_that_Kubernetes_does_not_take_is_refused(string name, string problem)
    {
        Assert.StartsWith(
            $"metadata.name: {problem}",
            Texts.Problem(Texts.Pod().Replace("name: p", $"name: {name}", StringComparison.Ordinal)),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(253, true)]
    [InlineData(254, false)]
    public void A_name_has_at_most_253_characters(int length, bool isAccepted)
    {
        var yaml = Texts.Pod().Replace("name: p", $"name: {new string('a', length)}", StringComparison.Ordinal);

        Assert.Equal(isAccepted, ManifestReader.Read(yaml).Problem is null);
    }

    [Fact]
    public void A_namespace_is_a_label_and_default_where_none_is_given()
    {
        Assert.Equal("default", Texts.Read(Texts.Pod()).Namespace);
        var yaml = Texts.Pod().Replace("name: p", "name: p\n  namespace: b-1", StringComparison.Ordinal);
        Assert.Equal("b-1", Texts.Read(yaml).Namespace);
        Assert.StartsWith(
            "metadata.namespace: must be 1 to 63",
            Texts.Problem(Texts.Pod().Replace("name: p", "name: p\n  namespace: a.b", StringComparison.Ordinal)),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("kind: Pod", "kind: Deployment", "kind: must be Pod, Job or PyTorchJob, not \"Deployment\"")]
    [InlineData("kind: Pod", "kind: pod", "kind: must be Pod, Job or PyTorchJob, not \"pod\"")]
    [InlineData("kind: Pod", "x: y", "kind: is required")]
    [InlineData("kind: Pod", "kind: [Pod]", "kind: must be text")]
    [InlineData("apiVersion: v1", "apiVersion: v2", "apiVersion: must be v1 for a Pod, not \"v2\"")]
    [InlineData("apiVersion: v1", "apiVersion: 1", "apiVersion: must be text; write it as \"1\"")]
    [InlineData("apiVersion: v1", "x: y", "apiVersion: is required")]
    [InlineData("kind: Pod", "kind: Job", "apiVersion: must be batch/v1 for a Job, not \"v1\"")]
    [InlineData("kind: Pod", "kind: PyTorchJob", "apiVersion: must be kubeflow.org/v1 for a PyTorchJob, not \"v1\"")]
    [InlineData("spec:", "espec:", "spec: is required")]
    [InlineData(
        "command: [python, train.py]", "command: python train.py", "spec.containers[0].command: must be a list")]
    [InlineData(
        "command: [python, train.py]", "args: [a, 3]", "spec.containers[0].args[1]: must be text; write it as \"3\"")]
    [InlineData("command: [python, train.py]", "args: [a, ~]", "spec.containers[0].args[1]: is required")]
    [InlineData("command: [python, train.py]", "env: {A: b}", "spec.containers[0].env: must be a list")]
    [InlineData("command: [python, train.py]", "env: [A]", "spec.containers[0].env[0]: must be a mapping")]
    [InlineData("command: [python, train.py]", "env: [~]", "spec.containers[0].env[0].name: is required")]
    [InlineData("command: [python, train.py]", "env: [{name: A, value: 3}]",
        "spec.containers[0].env[0].value: must be text; write it as \"3\"")]
    [InlineData("command: [python, train.py]", "env: [{name: A=B}]",
        "spec.containers[0].env[0].name: must be the name of a variable, not \"A=B\"")]
    [InlineData("command: [python, train.py]", "env: [{name: A, valueFrom: b}]",
        "spec.containers[0].env[0].valueFrom: must be a mapping")]
    [InlineData("command: [python, train.py]", "workingDir: 7",
        "spec.containers[0].workingDir: must be text; write it as \"7\"")]
    public void A_wrong_field_is_refused_with_its_path(string field, string wrong, string problem)
    {
        Assert.StartsWith(problem, Texts.Problem(Texts.Pod().Replace(field, wrong, StringComparison.Ordinal)),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2", "spec.containers[0].resources: must be a mapping")]
    [InlineData("{limits: 2}", "spec.containers[0].resources.limits: must be a mapping")]
    [InlineData("{requests: [2]}", "spec.containers[0].resources.requests: must be a mapping")]
    public void Resources_of_the_wrong_type_are_refused(string resources, string problem)
    {
        Assert.Equal(problem, Texts.Problem(Texts.Pod(resources)));
    }

    [Fact]
    public void Several_problems_are_named_at_once()
    {
        var problem = Texts.Problem(Texts.Pod("{limits: {nvidia.com/gpu: two}}", "{sluice.dev/priority: high}"));

        Assert.Equal(
            "metadata.annotations[\"sluice.dev/priority\"]: must be a whole number from -1000000 to 1000000, "
            + "not \"high\"; "
            + $"{GpuLimit}: must be a whole number of GPUs from 0 to 1000000, not \"two\"",
            problem);
    }

    [Fact]
    public void Of_very_many_problems_only_some_are_named()
    {
        var bad = string.Concat(Enumerable.Repeat("  - 7\n", 1000));

        var problem = Texts.Problem(Texts.Pod(more: bad));

        Assert.EndsWith("; and 992 more", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_value_is_cut_where_a_problem_repeats_it()
    {
        var problem = Texts.Problem(Texts.Pod($"{{limits: {{nvidia.com/gpu: {new string('x', 100_000)}}}}}"));

        Assert.InRange(problem.Length, 1, 300);
    }
}
