using System.Globalization;

namespace Sluice.Manifests.Tests;

public sealed class LocalPlannerTests
{
    private const int MasterPort = 29511;

    [Fact]
    public void A_Pod_is_one_process_with_all_that_a_trainer_asks_for()
    {
        var process = Assert.Single(Plan(Texts.Pod(Texts.Gpus(1, 4), more: """
                args: [--num_processes=1]
                workingDir: /srv/model
                env:
                - {name: NGPU, value: "1"}
                - {name: LEVEL, value: info}
            """), 3));

        Assert.Equal(0, process.Rank);
        Assert.Equal(["python", "train.py", "--num_processes=3"], process.Arguments.AsEnumerable());
        Assert.Equal("/srv/model", process.WorkingDirectory);
        Assert.Equal(
            [("HOSTNAME", "p-master-0"), ("NGPU", "3"), ("LEVEL", "info"), ("SLUICE_URL", "http://127.0.0.1:5000"),
             ("SLUICE_JOB", "p"), ("SLUICE_GPUS", "3"), ("PYTHONUNBUFFERED", "1"), ("MASTER_PORT", "29511"),
             ("MASTER_ADDR", "127.0.0.1"), ("WORLD_SIZE", "1"), ("RANK", "0")],
            process.Environment.AsEnumerable());
    }

    [Fact]
    public void The_Master_is_rank_0_and_the_Workers_follow()
    {
        var processes = Plan(Texts.PyTorchJob($$"""
            {{Texts.Replica("Worker", "replicas: 2,", Texts.Gpus(1, 4))}}
                {{Texts.Replica("Master", "", Texts.Gpus(1, 4))}}
            """), 2);

        Assert.Equal(
            ["0 0/3 t-master-0", "1 1/3 t-worker-0", "2 2/3 t-worker-1"],
            processes.Select(process =>
                $"{process.Rank} {Get(process, "RANK")}/{Get(process, "WORLD_SIZE")} {Get(process, "HOSTNAME")}"));
        Assert.All(processes, process => Assert.Equal("2", Get(process, "SLUICE_GPUS")));
        Assert.All(processes, process => Assert.Null(Get(process, "NGPU")));
        Assert.All(processes, process => Assert.Null(Get(process, "JOB_COMPLETION_INDEX")));
    }

    [Fact]
    public void Workers_alone_are_ranked_from_0()
    {
        var processes = Plan(Texts.PyTorchJob(Texts.Replica("Worker", "replicas: 2,", Texts.Gpus(1, 1))), 1);

        Assert.Equal(["t-worker-0 0", "t-worker-1 1"],
            processes.Select(process => $"{Get(process, "HOSTNAME")} {Get(process, "RANK")}"));
    }

    [Theory]
    [InlineData("nprocPerNode: '4'", "8")]
    [InlineData("nprocPerNode: 4", "8")]
    [InlineData("nprocPerNode: auto", "2")]
    [InlineData("nprocPerNode: '99999999999'", "2")]
    [InlineData("", "2")]
    public void The_world_is_all_replicas_times_the_processes_of_a_node(string spec, string size)
    {
        var processes = Plan(Texts.PyTorchJob(Texts.Replica("Worker", "replicas: 2,", Texts.Gpus(1, 1)), spec), 1);

        Assert.All(processes, process => Assert.Equal(size, Get(process, "WORLD_SIZE")));
    }

    [Fact]
    public void The_pods_of_a_job_know_their_index()
    {
        var processes = Plan(Texts.Job("parallelism: 3", "restartPolicy: Never"), 1);

        Assert.Equal(
            ["j-master-0 0 0", "j-worker-0 1 1", "j-worker-1 2 2"],
            processes.Select(process =>
                $"{Get(process, "HOSTNAME")} {Get(process, "RANK")} {Get(process, "JOB_COMPLETION_INDEX")}"));
        Assert.Null(Get(Assert.Single(Plan(Texts.Job(), 1)), "JOB_COMPLETION_INDEX"));
        Assert.Equal("0", Get(Assert.Single(Plan(Texts.Job("completionMode: Indexed"), 1)), "JOB_COMPLETION_INDEX"));
    }

    [Fact]
    public void What_the_operator_sets_wins_and_a_declared_host_name_stays()
    {
        var process = Assert.Single(Plan(WithEnv("""
            [{name: RANK, value: "7"}, {name: HOSTNAME, value: mine}, {name: A, value: first}, {name: A, value: last}]
            """), 2));

        Assert.Equal(("0", "mine", "last"), (Get(process, "RANK"), Get(process, "HOSTNAME"), Get(process, "A")));
        var names = process.Environment.Select(variable => variable.Name);
        Assert.Equal(process.Environment.Length, names.Distinct().Count());
    }

    [Fact]
    public void Values_may_refer_to_what_stands_before_them()
    {
        var process = Assert.Single(Plan(WithEnv("""
            [{name: A, value: "1"}, {name: B, value: "$(A)$(C)$$(A)"}, {name: C, value: "3"}, {name: D, value: "$(B)"}]
            """, "args: [\"$(D)\", \"$(RANK)/$(WORLD_SIZE)\", \"$(SLUICE_JOB)\"]"), 2));

        Assert.Equal("1$(C)$(A)", Get(process, "D"));
        Assert.Equal(["1$(C)$(A)", "0/1", "p"], process.Arguments.Skip(2));
    }

    [Fact]
    public void References_that_double_at_every_step_are_stopped()
    {
        var steps = Enumerable.Range(1, 40).Select(step => $"{{name: A{step}, value: $(A{step - 1})$(A{step - 1})}}");

        Assert.Contains(
            "makes A17 longer than 131071 bytes",
            Problem(WithEnv($"[{{name: A0, value: x}}, {string.Join(", ", steps)}]")),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Arguments_and_environment_have_limits()
    {
        var large = new string('x', 100_000);
        var many = string.Join(", ", Enumerable.Repeat("\"$(L)\"", 11));

        Assert.Contains(
            "arguments and environment are over 1048576 characters",
            Problem(WithEnv($"[{{name: L, value: {large}}}]", $"args: [{many}]")),
            StringComparison.Ordinal);
        Assert.Contains(
            "spec.containers[0].args[0]: is longer than 131071 bytes",
            Problem(WithEnv($"[{{name: L, value: {large}}}]", "args: [\"$(L)$(L)\"]")),
            StringComparison.Ordinal);
        Assert.Contains("1025 replicas; at most 1024 run locally", Problem(Texts.Job("parallelism: 1025")),
            StringComparison.Ordinal);
        Assert.Contains(
            "of all processes are over 33554432 characters",
            Problem(Texts.PyTorchJob($$"""
                Worker: {replicas: 1000, template: {spec: {containers: [
                    {command: [run, {{large}}], resources: {{Texts.Gpus(1, 1)}} }]} } }
                """)),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{fieldRef: {fieldPath: metadata.name}}", "p")]
    [InlineData("{fieldRef: {fieldPath: metadata.namespace}}", "default")]
    [InlineData("{resourceFieldRef: {resource: limits.nvidia.com/gpu}}", "2")]
    [InlineData("{resourceFieldRef: {resource: requests.nvidia.com/gpu}}", "2")]
    [InlineData("{secretKeyRef: {name: s, key: k, optional: true}}", null)]
    [InlineData("{configMapKeyRef: {name: s, key: k, optional: true}}", null)]
    public void What_is_known_or_optional_needs_no_cluster(string source, string? value)
    {
        Assert.Equal(value, Get(Assert.Single(Plan(WithEnv($"[{{name: V, valueFrom: {source}}}]"), 2)), "V"));
    }

    [Theory]
    [InlineData("{secretKeyRef: {name: s, key: k}}", "secretKeyRef: V needs the secret \"s\"")]
    [InlineData("{secretKeyRef: {name: s, optional: false}}", "secretKeyRef: V needs the secret \"s\"")]
    [InlineData("{secretKeyRef: {}}", "secretKeyRef: V needs the secret, ")]
    [InlineData("{configMapKeyRef: {name: m, key: k}}", "configMapKeyRef: V needs the config map \"m\"")]
    [InlineData("{fieldRef: {fieldPath: status.podIP}}", "fieldRef.fieldPath: V needs \"status.podIP\"")]
    [InlineData("{fieldRef: {}}", "fieldRef.fieldPath: V needs it")]
    [InlineData("{resourceFieldRef: {resource: limits.cpu}}", "resourceFieldRef.resource: V needs \"limits.cpu\"")]
    [InlineData("{fileKeyRef: {path: x}}", "valueFrom: takes V from a source")]
    [InlineData("{secretKeyRef: {name: s, optional: maybe}}", "secretKeyRef.optional: must be true or false")]
    public void A_variable_that_only_a_cluster_has_is_named(string source, string problem)
    {
        var all = Problem(WithEnv($"[{{name: V, valueFrom: {source}}}]"));

        Assert.Contains("spec.containers[0].env[0].valueFrom", all, StringComparison.Ordinal);
        Assert.Contains(problem, all, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[{secretRef: {name: s, optional: true}}, {configMapRef: {name: s, optional: true}}]", null)]
    [InlineData("[{prefix: A, secretRef: {name: s}}]",
        "spec.containers[0].envFrom[0].secretRef: the environment needs the secret \"s\"")]
    [InlineData("[{configMapRef: {name: m}}]",
        "spec.containers[0].envFrom[0].configMapRef: the environment needs the config map \"m\"")]
    public void An_environment_from_a_secret_or_map_is_named_unless_it_is_optional(string source, string? problem)
    {
        var plan = LocalPlanner.Plan(Texts.Pod(more: $"    envFrom: {source}"), RewriteAssert.Assign(2), MasterPort);

        Assert.Equal(problem is null, plan.Problem is null);
        Assert.StartsWith(problem ?? "", plan.Problem ?? "", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{name: v, emptyDir: {}}", null)]
    [InlineData("{name: v, hostPath: {path: /data}}", null)]
    [InlineData("{name: v, secret: {secretName: s, optional: true}}", null)]
    [InlineData("{name: v, configMap: {name: m, optional: true}}", null)]
    [InlineData("{name: v, projected: {sources: [{secret: {name: s, optional: true}}]}}", null)]
    [InlineData("{name: v, secret: {secretName: s}}",
        "spec.volumes[0].secret: needs the secret \"s\", which cannot be had locally")]
    [InlineData("{name: v, secret: {secretName: s, optional: false}}",
        "spec.volumes[0].secret: needs the secret \"s\", which cannot be had locally")]
    [InlineData("{configMap: {name: m}, name: v}",
        "spec.volumes[0].configMap: needs the config map \"m\", which cannot be had locally")]
    [InlineData("{name: v, persistentVolumeClaim: {claimName: c}}",
        "spec.volumes[0].persistentVolumeClaim: needs the claim \"c\", which cannot be had locally")]
    [InlineData("{name: v, nfs: {server: x}}",
        "spec.volumes[0].nfs: needs a volume of the kind \"nfs\" \"v\", which cannot be had locally")]
    [InlineData("{name: v, projected: {sources: [{secret: {name: s}}]}}",
        "spec.volumes[0].projected.sources[0].secret: needs the secret \"s\", which cannot be had locally")]
    [InlineData("7", "spec.volumes[0]: must be a mapping")]
    public void A_volume_that_only_a_cluster_has_is_named(string volume, string? problem)
    {
        var plan = LocalPlanner.Plan(Texts.Pod(more: $"  volumes: [{volume}]"), RewriteAssert.Assign(2), MasterPort);

        Assert.Equal(problem, plan.Problem);
    }

    [Fact]
    public void Containers_that_would_not_run_are_named()
    {
        Assert.Equal(
            "spec.containers[1]: \"b\" is a second container with GPUs; locally a replica is one process",
            Problem(Texts.Pod(more: "  - {name: b, command: [x], resources: {limits: {nvidia.com/gpu: 1}}}")));
        Assert.Equal(
            "spec.containers[1]: \"b\" is a second container; locally a replica is one process",
            Problem(Texts.Pod(more: "  - {name: b, command: [x]}")));
        Assert.Equal(
            "spec.containers[0]: \"main\" is a second container; locally a replica is one process",
            Problem(Texts.Pod("{}", more: "  - {name: b, command: [x], resources: {limits: {nvidia.com/gpu: 1}}}")));
        Assert.Equal(
            "spec.initContainers[0]: the init container \"i\" does not run locally",
            Problem(Texts.Pod(more: "  initContainers: [{name: i, image: x}]")));
    }

    [Theory]
    [InlineData("image: x")]
    [InlineData("command: []")]
    [InlineData("args: [--lr, '1']")]
    public void A_container_without_a_command_is_named(string container)
    {
        Assert.Equal(
            "spec.containers[0].command: is required to run locally, where there is no image with a command of its own",
            Problem(Texts.Pod().Replace("command: [python, train.py]", container, StringComparison.Ordinal)));
    }

    [Fact]
    public void An_empty_program_and_a_null_character_are_named()
    {
        Assert.Equal(
            "spec.containers[0].command[0]: must not be empty",
            Problem(Texts.Pod().Replace("[python, train.py]", "['']", StringComparison.Ordinal)));
        Assert.Equal(
            "spec.containers[0]: the null character cannot be passed to a process",
            Problem(Texts.Pod().Replace("[python, train.py]", "[\"a\\0\"]", StringComparison.Ordinal)));
    }

    [Fact]
    public void Replicas_that_would_not_run_are_named()
    {
        Assert.Equal(
            "spec.pytorchReplicaSpecs.Master: replicas without GPUs beside ones with GPUs do not run locally",
            Problem(Texts.PyTorchJob($$"""
                {{Texts.Replica("Master")}}
                    {{Texts.Replica("Worker", "", Texts.Gpus(1, 1))}}
                """)));
        Assert.Contains("spec.completions: locally all pods of a job run at once", Problem(Texts.Job("completions: 5")),
            StringComparison.Ordinal);
        Assert.Empty(LocalPlanner.Plan(Texts.Job("completions: 5"), RewriteAssert.Assign(1), MasterPort).Processes);
        Assert.Equal(5, Plan(Texts.Job("parallelism: 5\n  completions: 5"), 1).Count);
    }

    [Fact]
    public void All_that_is_missing_is_named_at_once()
    {
        var problem = Problem(Texts.Pod(more: """
                env: [{name: TOKEN, valueFrom: {secretKeyRef: {name: t, key: k}}}]
              volumes: [{name: d, persistentVolumeClaim: {claimName: c}}, {name: k, secret: {secretName: s}}]
              initContainers: [{name: i}]
            """));

        Assert.Equal(4, problem.Split("; ").Length);
    }

    [Fact]
    public void A_job_without_GPUs_runs_too()
    {
        var process = Assert.Single(Plan(Texts.Pod("{}"), 0));

        Assert.Equal("0", Get(process, "SLUICE_GPUS"));
        Assert.Null(process.WorkingDirectory);
    }

    [Theory]
    [InlineData(null, 1, 29500, "the manifest is empty")]
    [InlineData("a: 1", 1, 29500, "kind: is required; apiVersion: is required")]
    [InlineData("[", 1, 29500, "not valid YAML")]
    [InlineData("ok", -1, 29500, "the GPU count must be from 0 to 1000000")]
    [InlineData("ok", 1, 0, "the master port must be from 1 to 65535")]
    [InlineData("ok", 1, 65536, "the master port must be from 1 to 65535")]
    public void Nothing_is_thrown_at_the_caller(string? yaml, int gpuCount, int masterPort, string problem)
    {
        var plan = LocalPlanner.Plan(yaml == "ok" ? Texts.Pod() : yaml!, RewriteAssert.Assign(gpuCount), masterPort);

        Assert.StartsWith(problem, plan.Problem, StringComparison.Ordinal);
        Assert.Empty(plan.Processes);
        Assert.NotNull(LocalPlanner.Plan(Texts.Pod(), null!, masterPort).Problem);
    }

    private static IReadOnlyList<LocalProcess> Plan(string yaml, int gpuCount)
    {
        var plan = LocalPlanner.Plan(yaml, RewriteAssert.Assign(gpuCount), MasterPort);
        Assert.Null(plan.Problem);
        Assert.All(plan.Processes, process =>
            Assert.Equal(process.Rank.ToString(CultureInfo.InvariantCulture), Get(process, "RANK")));
        return plan.Processes;
    }

    private static string Problem(string yaml)
    {
        var plan = LocalPlanner.Plan(yaml, RewriteAssert.Assign(2), MasterPort);
        Assert.Empty(plan.Processes);
        return plan.Problem!;
    }

    private static string WithEnv(string env, string more = "") => Texts.Pod(more: $"    env: {env}\n    {more}");

    private static string? Get(LocalProcess process, string name) =>
        process.Environment.Where(variable => variable.Name == name)
            .Select(variable => variable.Value).SingleOrDefault();
}
