using System.Globalization;

namespace Sluice.BlackBox.Tests.Workloads;

/// <summary>From a manifest to a running process, and back to free GPUs.</summary>
public sealed class DeployTests
{
    [Fact]
    public async Task A_job_gets_as_many_GPUs_as_its_limit_allows_and_gives_them_back_when_it_completes()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "4");
        var jobs = new HolderJobs(server.Folder);
        var job = (await server.DeployAsync(jobs.Pod("first", 1, 3))).Must(HttpStatusCode.Created).Job;

        Assert.Equal(
            ["job_name", "gpu_req", "gpu_lim", "gpu_assigned", "replicas", "total_epochs", "job_arrival_time",
                "last_checkpoint_time",
                "completed_epochs", "time_bw_checkpoints", "status", "restarts"],
            job.AsObject().Select(field => field.Key));
        Assert.Equal((1, 3, 3), ((int)job["gpu_req"]!, (int)job["gpu_lim"]!, WorkloadServer.Gpus(job)));
        await server.StatusEventuallyAsync("first", "running");
        await Patience.UntilAsync(() => jobs.Starts().Count == 1, "it has started");
        Assert.Equal(3, jobs.Starts()[0].Gpus.Length);
        Assert.Equal(1, await server.FreeGpusAsync());

        jobs.FinishAll();
        await server.StatusEventuallyAsync("first", "completed");
        Assert.Equal(0, WorkloadServer.Gpus(await server.Api.JobAsync("first")));
        await server.FreeGpusEventuallyAsync(4);
        Assert.Single(jobs.Starts());
    }

    [Fact]
    public async Task Lists_show_managed_and_external_jobs_alike()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "4");
        var jobs = new HolderJobs(server.Folder);
        await server.Api.AddJobAsync(
            "external", """ "gpu_req":1,"gpu_lim":4,"gpu_assigned":1,"job_arrival_time":1000""");
        await server.RunJobAsync(jobs, jobs.Pod("managed", 1, 8));

        Assert.Equal(["external", "managed"], await server.Api.ListAsync("/get_all_jobs"));
        Assert.Equal(["managed", "external"], await server.Api.ListAsync("/get_jobs_by_checkpoint_limit"));
        Assert.Equal(["managed"], await server.Api.ListAsync("/get_jobs_by_difference/4"));
    }

    [Fact]
    public async Task The_same_manifest_again_is_no_second_job_and_another_one_under_its_name_is_refused()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "4");
        var jobs = new HolderJobs(server.Folder);
        await server.RunJobAsync(jobs, jobs.Pod("one", 1, 2));

        Assert.Equal(
            "one", (string?)(await server.DeployAsync(jobs.Pod("one", 1, 2))).Must(HttpStatusCode.OK).Job["job_name"]);
        Assert.NotNull((await server.DeployAsync(jobs.Pod("one", 1, 3))).Must(HttpStatusCode.Conflict).Error);
        await server.Api.AddJobAsync("external");
        (await server.DeployAsync(jobs.Pod("external", 1, 1))).Must(HttpStatusCode.Conflict);
        (await server.Api.PostAsync("/add_job", """{"job_name":"one","gpu_req":1,"gpu_lim":1,"gpu_assigned":1}"""))
            .MustFail(HttpStatusCode.BadRequest, "Job with this job_name already exists");
        Assert.Single(jobs.Starts());
    }

    [Fact]
    public async Task Of_many_deployments_of_one_manifest_at_once_one_is_taken_and_one_process_runs()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "4");
        var jobs = new HolderJobs(server.Folder);
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 16).Select(_ => server.DeployAsync(jobs.Pod("once", 1, 1))));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.Created);
        Assert.Equal(15, answers.Count(answer => answer.Status == HttpStatusCode.OK));
        await server.StatusEventuallyAsync("once", "running");
        jobs.FinishAll();
        await server.StatusEventuallyAsync("once", "completed");
        Assert.Single(jobs.Starts());
    }

    [Fact]
    public async Task What_does_not_fit_waits_by_priority_then_arrival_and_is_admitted_when_room_appears()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "2");
        var jobs = new HolderJobs(server.Folder);
        await server.RunJobAsync(jobs, jobs.Pod("runs", 2, 2));
        foreach (var (name, priority) in new[] { ("third", 0), ("fourth", 0), ("second", 5) })
        {
            var job = (await server.DeployAsync(jobs.Pod(name, 2, 2, $"sluice.dev/priority: \"{priority}\"")))
                .Must(HttpStatusCode.Created).Job;
            Assert.Equal(("scheduled", 0), (WorkloadServer.Status(job), WorkloadServer.Gpus(job)));
            Assert.False(string.IsNullOrEmpty((string?)(await server.DescribeAsync(name))["reason"]));
        }

        foreach (var (ends, next) in new[] { ("runs", "second"), ("second", "third"), ("third", "fourth") })
        {
            jobs.Finish(ends);
            await server.StatusEventuallyAsync(next, "running");
        }

        jobs.FinishAll();
        await server.StatusEventuallyAsync("fourth", "completed");
        Assert.Equal(["runs", "second", "third", "fourth"], jobs.Starts().Select(note => note.Job));
        Assert.Empty(jobs.Violations);
    }

    [Fact]
    public async Task A_job_larger_than_the_machine_waits_and_holds_up_nobody_who_fits()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "2");
        var jobs = new HolderJobs(server.Folder);
        Assert.Equal("scheduled",
            WorkloadServer.Status((await server.DeployAsync(jobs.Pod("huge", 3, 4))).Must(HttpStatusCode.Created).Job));

        await server.RunJobAsync(jobs, jobs.Pod("small", 1, 2));
        Assert.Equal("scheduled", WorkloadServer.Status(await server.Api.JobAsync("huge")));
    }

    [Fact]
    public async Task A_namespace_holds_no_more_than_its_quota()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "4", "--quota", "team=3");
        var jobs = new HolderJobs(server.Folder);
        var manifest = JobManifests.Pod("quota", 1, 4, jobs.Command, space: "team");
        Assert.Equal(3, WorkloadServer.Gpus((await server.DeployAsync(manifest)).Must(HttpStatusCode.Created).Job));
        Assert.Equal("""{"limit":"3","used":"3"}""", (await server.Api.GetAsync("/resourcequota/team")).Compact);

        var second = JobManifests.Pod("over", 1, 1, jobs.Command, space: "team");
        Assert.Equal(
            "scheduled", WorkloadServer.Status((await server.DeployAsync(second)).Must(HttpStatusCode.Created).Job));
        Assert.Equal(1, await server.FreeGpusAsync());
        (await server.Api.GetAsync("/resourcequota/default")).Must(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_process_finds_the_environment_and_the_command_that_the_contract_promises()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "4");
        const string Script = "echo NGPU=$NGPU GPUS=$SLUICE_GPUS JOB=$SLUICE_JOB HOST=$HOSTNAME RANK=$RANK/$WORLD_SIZE; "
            + "echo URL=$SLUICE_URL MASTER=${MASTER_ADDR:-none} PORT=${MASTER_PORT:-none}; "
            + "echo launch --num_processes=1 --nproc_per_node=1 --nproc-per-node=9 --num_machines=1; echo to stderr >&2";
        (await server.DeployAsync(JobManifests.Pod("environment", 1, 3, JobManifests.Shell(Script))))
            .Must(HttpStatusCode.Created);
        await server.StatusEventuallyAsync("environment", "completed");

        var output = (await server.Api.GetAsync("/api/v1/jobs/environment/logs")).Must(HttpStatusCode.OK).Text;
        Assert.Contains(
            "NGPU=3 GPUS=3 JOB=environment HOST=environment-master-0 RANK=0/1\n", output, StringComparison.Ordinal);
        Assert.Matches($"URL={server.Address.ToString().TrimEnd('/')}/? MASTER=[^ ]+ PORT=[0-9]+\n", output);
        Assert.Contains("launch --num_processes=3 --nproc_per_node=3 --nproc-per-node=3 --num_machines=1\n", output,
            StringComparison.Ordinal);
        Assert.Contains("to stderr\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_manifest_that_cannot_be_taken_is_refused_with_the_reason_and_records_nothing()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "4");
        var good = JobManifests.Pod("bad", 1, 2, JobManifests.Shell("true"));
        (string What, string Manifest)[] bad =
        [
            ("empty", ""), ("blank", " \n"), ("no YAML", "{a: ["), ("a tab", "a:\n\tb: 1"), ("a list", "- 1"),
                ("a text", "hello"),
            ("no kind", "metadata: {name: a}"),
                ("another kind", good.Replace("kind: Pod", "kind: Deployment", StringComparison.Ordinal)),
            ("another version", good.Replace("apiVersion: v1", "apiVersion: batch/v9", StringComparison.Ordinal)),
            ("no name", good.Replace("name: bad", "label: bad", StringComparison.Ordinal)),
            ("a wrong name", good.Replace("name: bad", "name: Bad_Name", StringComparison.Ordinal)),
            ("limit under request", JobManifests.Pod("bad", 3, 2, JobManifests.Shell("true"))),
            ("negative GPUs", JobManifests.Pod("bad", -1, 2, JobManifests.Shell("true"))),
            ("too many GPUs", JobManifests.Pod("bad", 1, 1_000_001, JobManifests.Shell("true"))),
            ("two documents", good + "\n---\n" + good),
                ("no container", "apiVersion: v1\nkind: Pod\nmetadata: {name: bad}\nspec: {}"),
            ("a wrong mode",
                JobManifests.Pod("bad", 1, 2, JobManifests.Shell("true"), "sluice.dev/scale-mode: sometimes")),
            ("a wrong priority",
                JobManifests.Pod("bad", 1, 2, JobManifests.Shell("true"), "sluice.dev/priority: high")),
        ];
        foreach (var (what, manifest) in bad)
        {
            var answer = await server.DeployAsync(manifest);
            Assert.True(answer.Status == HttpStatusCode.BadRequest, $"{what}: {(int)answer.Status} {answer.Text}");
            Assert.True(answer.Error?.Length > 10, $"{what}: {answer.Text}");
        }

        (await server.DeployAsync(good.PadRight((1024 * 1024) + 1))).Must(HttpStatusCode.RequestEntityTooLarge);
        Assert.Equal("[]", (await server.Api.GetAsync("/get_all_jobs")).Compact);
        Assert.Equal(4, await server.FreeGpusAsync());
    }

    [Fact]
    public async Task A_GPU_of_this_machine_is_held_by_one_job_at_a_time()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "3");
        var jobs = new HolderJobs(server.Folder);
        var names = Enumerable.Range(0, 6).Select(index => string.Create(CultureInfo.InvariantCulture, $"job-{index}"))
            .ToList();
        foreach (var name in names)
        {
            (await server.DeployAsync(jobs.Pod(name, 1, 1))).Must(HttpStatusCode.Created);
        }

        foreach (var name in names)
        {
            await Patience.UntilAsync(() => jobs.Starts(name).Count == 1, $"{name} runs");
            jobs.Finish(name);
            await server.StatusEventuallyAsync(name, "completed");
        }

        Assert.Empty(jobs.Violations);
        await server.FreeGpusEventuallyAsync(3);
    }
}
