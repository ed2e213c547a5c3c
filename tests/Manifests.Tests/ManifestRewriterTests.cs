using Sluice.Manifests.Yaml;

namespace Sluice.Manifests.Tests;

public sealed class ManifestRewriterTests
{
    [Fact]
    public void Requests_and_limits_are_both_the_assigned_count()
    {
        Assert.Equal(
            ["/metadata/annotations/replicas: nothing -> \"1\"", "/metadata/annotations/request: nothing -> \"2\"",
             "/metadata/annotations/limit: nothing -> \"6\"",
             "/spec/containers[0]/resources/requests/nvidia.com/gpu: 2 -> 4",
             "/spec/containers[0]/resources/limits/nvidia.com/gpu: 6 -> 4",
             "/spec/containers[0]/env: nothing -> [{name: \"SLUICE_URL\", value: \"http://127.0.0.1:5000\"}, "
             + "{name: \"SLUICE_JOB\", value: \"p\"}, {name: \"SLUICE_GPUS\", value: \"4\"}]"],
            Changes(Texts.Pod(Texts.Gpus(2, 6)), 4));
    }

    [Theory]
    [InlineData("{limits: {cpu: 1, nvidia.com/gpu: 6}}", "requests: nothing -> {nvidia.com/gpu: 4}",
        "limits/nvidia.com/gpu: 6 -> 4")]
    [InlineData("{limits: {nvidia.com/gpu: '6'}}", "requests: nothing -> {nvidia.com/gpu: \"4\"}",
        "limits/nvidia.com/gpu: \"6\" -> \"4\"")]
    [InlineData(
        "{requests: {nvidia.com/gpu: 6}}", "limits: nothing -> {nvidia.com/gpu: 4}", "requests/nvidia.com/gpu: 6 -> 4")]
    [InlineData(
        "{requests: {nvidia.com/gpu: \"2\"}, limits: {nvidia.com/gpu: 6}}",
        "requests/nvidia.com/gpu: \"2\" -> \"4\"", "limits/nvidia.com/gpu: 6 -> 4")]
    public void A_number_stays_a_number_and_text_stays_text(string resources, string one, string other)
    {
        var changes = Changes(Texts.Pod(resources), 4);

        Assert.Contains($"/spec/containers[0]/resources/{one}", changes);
        Assert.Contains($"/spec/containers[0]/resources/{other}", changes);
    }

    [Fact]
    public void Annotations_that_are_there_keep_their_place()
    {
        var yaml = Texts.Pod(Texts.Gpus(1, 1), "{limit: '3', podtype: sample, request: '1'}");

        var annotations = (YamlMapping)At(
            ManifestRewriter.Rewrite(yaml, RewriteAssert.Assign(3)), "metadata", "annotations");

        Assert.Equal(["limit", "podtype", "request", "replicas"], annotations.Entries.Select(entry => entry.Key.Value));
    }

    [Theory]
    [InlineData(4, 4, 0, 0)]
    [InlineData(3, 3, 0, 0)]
    public void A_single_container_takes_more_or_less_than_its_own_range_where_the_annotations_allow(
        int gpus, int share, int low, int high)
    {
        var shares = GpuRange.Split([Container(low, high)], gpus);

        Assert.Equal(share, Assert.Single(shares));
    }

    [Theory]
    [InlineData(6, "1,2,3")]
    [InlineData(7, "2,2,3")]
    [InlineData(9, "3,3,3")]
    [InlineData(12, "3,4,5")]
    [InlineData(14, "3,4,7")]
    [InlineData(5, "1,2,2")]
    [InlineData(4, "1,2,1")]
    [InlineData(3, "1,1,1")]
    [InlineData(2, "1,1,0")]
    [InlineData(0, "0,0,0")]
    public void Several_containers_get_their_requests_and_the_surplus_in_order(int gpus, string shares)
    {
        Assert.Equal(
            shares, string.Join(',', GpuRange.Split([Container(1, 3), Container(2, 4), Container(3, 5)], gpus)));
    }

    [Fact]
    public void No_split_gains_or_loses_a_GPU()
    {
        var random = new Random(1);
        for (var round = 0; round < 2000; round++)
        {
            var containers = Enumerable.Range(0, random.Next(1, 6)).Select(_ => random.Next(5)).ToArray();
            var layouts = containers.Select(request => Container(request, request + random.Next(5))).ToArray();
            var gpus = random.Next(30);

            var shares = GpuRange.Split([.. layouts], gpus);

            Assert.Equal(gpus, shares.Sum());
            Assert.All(shares, share => Assert.True(share >= 0));
            Assert.True(
                shares.SequenceEqual(GpuRange.Split([.. shares.Select(share => Container(share, share))], gpus)));
        }
    }

    [Fact]
    public void Each_container_is_told_its_own_share()
    {
        var yaml = Texts.Pod(Texts.Gpus(1, 2), more: $$"""
              - args: [--num_processes=9]
                env: [{name: NGPU, value: '9'}, {name: SLUICE_GPUS, value: old}]
                resources: {{Texts.Gpus(2, 5)}}
              - args: [--num_processes=9]
                env: [{name: NGPU, value: '9'}]
            """);

        Assert.Equal(
            ["/spec/containers[1]/args[0]: \"--num_processes=9\" -> \"--num_processes=4\"",
             "/spec/containers[1]/env[0]/value: \"9\" -> \"4\"",
             "/spec/containers[1]/env[1]/value: \"old\" -> \"4\""],
            Changes(yaml, 6).Where(change => change.StartsWith("/spec/containers[1]/", StringComparison.Ordinal)
                && !change.Contains("resources", StringComparison.Ordinal)
                && !change.Contains("nothing", StringComparison.Ordinal)));
        Assert.DoesNotContain(
            Changes(yaml, 6), change => change.StartsWith("/spec/containers[2]", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--num_processes=1", "--num_processes=4")]
    [InlineData("--nproc_per_node=8 --nproc-per-node=16", "--nproc_per_node=4 --nproc-per-node=4")]
    [InlineData("a --num_processes=1 b;c --num_processes=2;", "a --num_processes=4 b;c --num_processes=4;")]
    [InlineData("--num_processes=1\n--num_processes=2\\\n", "--num_processes=4\n--num_processes=4\\\n")]
    [InlineData("(--num_processes=1)", "(--num_processes=4)")]
    [InlineData("sh -c '--num_processes=1'", "sh -c '--num_processes=4'")]
    [InlineData("--num_processes=\"12\" x", "--num_processes=\"4\" x")]
    [InlineData("--num_processes='12'", "--num_processes='4'")]
    [InlineData("with --num_processes=2.", "with --num_processes=4.")]
    [InlineData("é--num_processes=2", "é--num_processes=2")]
    [InlineData("--num_processes 2", "--num_processes 2")]
    [InlineData("--num_processes", "--num_processes")]
    [InlineData("--num_processes=", "--num_processes=")]
    [InlineData("--num_processes=$NGPU", "--num_processes=$NGPU")]
    [InlineData("--num_processes=2$X", "--num_processes=2$X")]
    [InlineData("--num_processes=2x", "--num_processes=2x")]
    [InlineData("--num_processes=1.5", "--num_processes=1.5")]
    [InlineData("--num_processes=\"2'", "--num_processes=\"2'")]
    [InlineData("--nproc_per_node=auto", "--nproc_per_node=auto")]
    [InlineData("--my--num_processes=2", "--my--num_processes=2")]
    [InlineData("---num_processes=2", "---num_processes=2")]
    [InlineData("--num-processes=2", "--num-processes=2")]
    [InlineData("--NUM_PROCESSES=2", "--NUM_PROCESSES=2")]
    [InlineData("--num_processes=٣", "--num_processes=٣")]
    [InlineData("--num_processes_more=2", "--num_processes_more=2")]
    public void Process_counts_are_rewritten_wherever_they_stand_in_a_text(string before, string after)
    {
        Assert.Equal(after, ContainerRewrite.WithProcesses(before, 4));
    }

    [Fact]
    public void A_launcher_is_never_told_to_start_no_process()
    {
        var yaml = Texts.Pod(
            Texts.Gpus(0, 4), more: "    args: [--num_processes=2]\n    env: [{name: NGPU, value: '2'}]");

        var changes = Changes(yaml, 0);

        Assert.Contains("/spec/containers[0]/args[0]: \"--num_processes=2\" -> \"--num_processes=1\"", changes);
        Assert.Contains("/spec/containers[0]/env[0]/value: \"2\" -> \"0\"", changes);
        RewriteAssert.IsStable(yaml, 0, 3);
    }

    [Fact]
    public void A_variable_that_came_from_elsewhere_becomes_a_value()
    {
        var yaml = Texts.Pod(more: """
                env:
                - {name: NGPU, valueFrom: {fieldRef: {fieldPath: metadata.name}}, note: kept}
                - {value: 'a', name: SLUICE_JOB}
                - {name: NGPU}
            """);

        var env = At(ManifestRewriter.Rewrite(yaml, RewriteAssert.Assign(2)), "spec", "containers", "0", "env");

        Assert.Equal(
            "NGPU=2 SLUICE_JOB=p NGPU=2 SLUICE_URL=http://127.0.0.1:5000 SLUICE_GPUS=2",
            string.Join(
                ' ', ((YamlSequence)env).Items.Select(item => $"{Value(item, "name")}={Value(item, "value")}")));
        Assert.Equal("kept", Value(env, "0", "note"));
        Assert.Equal(["value", "name"], ((YamlMapping)At(env, "1")).Entries.Select(entry => entry.Key.Value));
    }

    [Fact]
    public void A_job_without_GPUs_keeps_its_command_and_learns_where_to_report()
    {
        var yaml = Texts.Pod("{}", more: "    args: [--num_processes=2]");

        var changes = Changes(yaml, 0);

        Assert.DoesNotContain(changes, change => change.Contains("args", StringComparison.Ordinal));
        Assert.DoesNotContain(changes, change => change.Contains("resources", StringComparison.Ordinal));
        Assert.Contains(changes, change => change.Contains("SLUICE_URL", StringComparison.Ordinal));
    }

    [Fact]
    public void All_of_the_gang_get_the_same_count_and_others_are_left_alone()
    {
        var yaml = Texts.PyTorchJob($$"""
            {{Texts.Replica("Worker", "replicas: 3,", Texts.Gpus(1, 4))}}
                {{Texts.Replica("Master", "", Texts.Gpus(2, 2))}}
            """);

        var changes = Changes(yaml, 3).Where(change => change.Contains("limits", StringComparison.Ordinal));

        Assert.Equal(
            ["/spec/pytorchReplicaSpecs/Worker/template/spec/containers[0]/resources/limits/nvidia.com/gpu: 4 -> 3",
             "/spec/pytorchReplicaSpecs/Master/template/spec/containers[0]/resources/limits/nvidia.com/gpu: 2 -> 3"],
            changes);
        Assert.DoesNotContain(
            Changes(yaml.Replace(Texts.Gpus(2, 2), "{}", StringComparison.Ordinal), 3),
            change => change.Contains("Master", StringComparison.Ordinal));
    }

    [Fact]
    public void A_template_that_two_replica_specs_share_is_given_to_both()
    {
        var yaml = Texts.PyTorchJob($$"""
            Master: {template: &t {spec: {containers: [
                    {command: [run, --num_processes=1], resources: {limits: {nvidia.com/gpu: 1} } }]} } }
                Worker: {replicas: 2, template: *t }
            """);

        RewriteAssert.ChangesOnlyWhatIsNamed(yaml, 5);
        Assert.Equal(2, Changes(yaml, 5)
            .Count(change => change.EndsWith("-> \"--num_processes=5\"", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("plain text", "plain text")]
    [InlineData("\"true\"", "\"true\"")]
    [InlineData("'10'", "'10'")]
    [InlineData("true", "true")]
    [InlineData("1.50", "1.50")]
    [InlineData("0x1F", "0x1F")]
    [InlineData("2001-01-01", "2001-01-01")]
    [InlineData("yes", "yes")]
    [InlineData("null", "null")]
    [InlineData("'it''s'", "'it''s'")]
    [InlineData("\"a\\tb\\u0000\\\"c\\\\\"", "\"a\\tb\\x00\\\"c\\\\\"")]
    [InlineData("é 😀", "é 😀")]
    [InlineData("\"\\u2028\\ufeff\\u00a0\"", "\"\\u2028\\ufeff\\xa0\"")]
    [InlineData("[a:b, '--- b', ... c]", "\n- a:b\n- '--- b'\n- \"... c\"")]
    [InlineData("[[], {}, [[a], b], {c: [{d: e, f: g}]}]", "\n- []\n- {}\n- - - a\n  - b\n- c:\n  - d: e\n    f: g")]
    [InlineData("|\n  a\n   b  \n\n  c\n", "|\n  a\n   b  \n\n  c")]
    [InlineData("|-\n  a\n  \tb", "|-\n  a\n  \tb")]
    [InlineData("|+\n  a\n\n", "\"a\\n\\n\"")]
    [InlineData("|2\n    a\n  b\n", "\"  a\\nb\\n\"")]
    [InlineData(">\n  a\n  b\n\n  c\n", "|\n  a b\n  c")]
    [InlineData("\"a\n  b\n\n  c\"", "\"a b\\nc\"")]
    [InlineData("a\n  b\n\n  c", "\"a b\\nc\"")]
    public void A_scalar_keeps_its_value_and_what_it_is(string scalar, string written)
    {
        var tree = TreeDifferences.Load($"k: {scalar}");

        var text = YamlWriter.Write(tree);

        Assert.Equal($"k: {written}\n".Replace("k: \n", "k:\n", StringComparison.Ordinal), text);
        Assert.Empty(TreeDifferences.Between($"k: {scalar}", text));
    }

    [Fact]
    public void What_the_reader_refuses_is_not_rewritten()
    {
        var error = Assert.Throws<ArgumentException>(() => ManifestRewriter.Rewrite("a: 1", RewriteAssert.Assign(1)));

        Assert.Contains("kind: is required", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            ManifestRewriter.Rewrite(Texts.Pod(), RewriteAssert.Assign(-1)));
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            ManifestRewriter.Rewrite(Texts.Pod(), RewriteAssert.Assign(1_000_001)));
    }

    private static List<string> Changes(string yaml, int gpuCount) =>
        TreeDifferences.Between(yaml, ManifestRewriter.Rewrite(yaml, RewriteAssert.Assign(gpuCount)));

    private static YamlNode At(string yaml, params string[] path) => At(TreeDifferences.Load(yaml), path);

    private static YamlNode At(YamlNode node, params string[] path) => path.Aggregate(node, (at, step) => at switch
    {
        YamlSequence sequence => sequence.Items[int.Parse(step, null)],
        _ => ((YamlMapping)at).Find(step)!,
    });

    private static string Value(YamlNode node, params string[] path) => ((YamlScalar)At(node, path)).Value;

    private static ContainerLayout Container(int request, int limit) =>
        new() { Path = NodePath.Root, NamesGpus = true, GpuReq = request, GpuLim = limit };
}
