using System.Globalization;
using Sluice.Grains.Interfaces;
using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Interfaces.Jobs;
using Sluice.Grains.Jobs;
using Sluice.Simulation.Calls;
using Sluice.Simulation.Engine;
using Sluice.Simulation.Machines;

namespace Sluice.Simulation.Workloads;

/// <summary>
/// Clients of the control plane: they call as the gateway does, try again with the same operation id where nobody
/// answers, and have every answer checked.
/// </summary>
internal sealed class Clients(World world)
{
    private const int MaxTries = 4;

    private readonly CallPath _grains = new(world.Network, world.Simulator.World);
    private long _operations;

    /// <summary>Operations that are not answered yet.</summary>
    public int Open { get; private set; }

    public string NextOperation() => string.Create(CultureInfo.InvariantCulture, $"op{++_operations}");

    public static string KeyOf(string name) => GrainKeys.Job(GrainKeys.DefaultDomain, name);

    public Task<JobAnswer?> WriteAsync(
        string name,
        string text,
        Func<IJobGrain, Task<JobAnswer>> call,
        Func<JobState, bool> isDone,
        Func<JobState, bool>? isAnother = null) =>
        AskAsync(name, text, call, answer => $"{answer.Outcome}", answer => answer.Outcome switch
        {
            JobOutcome.Done => new(isDone),
            JobOutcome.NotFound => new(
                state => state.Record is null || isAnother?.Invoke(state) == true, IsFromMemory: true),
            JobOutcome.AlreadyExists => new(static state => state.Record is not null, IsFromMemory: true),
            _ => null,
        });

    public Task<DeployAnswer?> DeployAsync(JobScript script)
    {
        var manifest = script.Manifest;
        var operation = NextOperation();
        return AskAsync(
            script.JobName,
            $"deploy {script.JobName} {script.GpuReq}-{script.GpuLim} x{script.Replicas} ({script.Number})",
            grain => grain.DeployAsync(new() { Manifest = manifest, OperationId = operation }),
            answer => $"{answer.Outcome} {answer.Problem}",
            answer => answer.Outcome switch
            {
                DeployOutcome.Created =>
                    new(state => state.AddedBy == operation && state.Managed?.ManifestText == manifest),
                DeployOutcome.Unchanged => new(state => state.Managed?.ManifestText == manifest, IsFromMemory: true),
                DeployOutcome.Conflict => new(static state => state.Record is not null, IsFromMemory: true),
                _ => null,
            });
    }

    /// <summary>A repeat whose first try did it is told so, though the job is gone by then.</summary>
    public Task<JobAnswer?> DeleteAsync(string name)
    {
        var operation = NextOperation();
        return AskAsync(
            name, $"delete {name} ({operation})", grain => grain.DeleteAsync(operation), answer => $"{answer.Outcome}",
            answer => answer.Outcome switch
            {
                JobOutcome.Done => new(state => state.DeletedBy == operation),
                JobOutcome.NotFound => new(
                    state => state.Record is null && state.DeletedBy != operation, IsFromMemory: true),
                _ => null,
            });
    }

    public Task ScaleAsync(string name) => AskAsync(
        name, $"scale {name}", grain => grain.ScaleAsync(), answer => $"{answer.Outcome} {answer.Assigned}",
        answer => answer.Outcome == ScaleOutcome.NotFound
            ? new(static state => state.Record is null, IsFromMemory: true)
            : null);

    public Task GetAsync(string name) => AskAsync(
        name, $"get {name}", grain => grain.GetAsync(), answer => $"{answer?.Status ?? "nothing"}",
        answer => new(state => Same(state.Record, answer), IsFromMemory: true));

    public Task DescribeAsync(string name) => AskAsync(
        name, $"describe {name}", grain => grain.DescribeAsync(), answer => $"{answer?.Reason}", _ => null);

    public Task ScaleBestAsync() =>
        CallAsync("scale best", () => Pool.ScaleBestAsync(), answer => $"{answer.Outcome} {answer.Name}");

    public Task ViewAsync() => CallAsync("capacity", () => Pool.GetAsync(), _ => "shown");

    public async Task ListAsync(RankQuery query)
    {
        var question = world.Invariants.Lists.Ask(query);
        if (await CallAsync(question.Text, () => Pool.RankAsync(query), _ => "listed") is { } list)
        {
            world.Weather.Count("lists: checked");
            world.Invariants.Lists.Answered(question, ListCheck(list));
        }
        else
        {
            world.Invariants.Lists.GiveUp(question);
        }

        static IEnumerable<ReadOnlyMemory<byte>> ListCheck(RankedJobs list) => Checks.ListCheck.Split(list);
    }

    /// <param name="most">Records of the one page that is asked for.</param>
    public async Task ListAllAsync(int most)
    {
        var question = world.Invariants.Lists.Ask($"list all {most}", _ => true, order: null, most);
        if (await CallAsync(question.Text, () => Pool.ReadJobsAsync(0, most), _ => "listed") is { } page)
        {
            world.Weather.Count("lists: checked");
            world.Invariants.Lists.Answered(question, page.Json);
        }
        else
        {
            world.Invariants.Lists.GiveUp(question);
        }
    }

    private IClusterCapacityGrain Pool =>
        _grains.GetGrain<IClusterCapacityGrain>(GrainKeys.Capacity(GrainKeys.DefaultDomain));

    private static bool Same(JobRecord? one, JobRecord? other) => one is null || other is null
        ? one is null && other is null
        : one with { Extra = [] } == other with { Extra = [] }
            && one.Extra.AsSpan().SequenceEqual(other.Extra.AsSpan());

    private async Task<T?> AskAsync<T>(
        string name,
        string text,
        Func<IJobGrain, Task<T>> call,
        Func<T, string> describe,
        Func<T, Claim?> claim)
    {
        var key = KeyOf(name);
        var servers = world.ServersMade;
        var isAlone = world.Servers.Count == 1;
        var operation = world.Invariants.Answers.Begin(key, text);
        var (isAnswered, answer) = await TryAsync(text, () => call(_grains.GetGrain<IJobGrain>(key)), describe);
        if (isAnswered)
        {
            isAlone &= world.Servers.Count == 1 && world.ServersMade == servers;
            var made = claim(answer!);
            world.Invariants.Answers.Answered(
                operation, describe(answer!), made is { IsFromMemory: true } && !isAlone ? null : made?.IsTrue);
            return answer;
        }

        world.Invariants.Answers.GiveUp(operation);
        return default;
    }

    /// <summary>What an answer says of the stored row.</summary>
    /// <param name="IsTrue">Of a version of it.</param>
    /// <param name="IsFromMemory">
    /// True: nothing was written for it. While two servers run, the memory of one may be old, until there are read
    /// leases. </param>
    private sealed record Claim(Func<JobState, bool> IsTrue, bool IsFromMemory = false);

    private async Task<T?> CallAsync<T>(string text, Func<Task<T>> call, Func<T, string> describe) =>
        (await TryAsync(text, call, describe)).Answer;

    private async Task<(bool IsAnswered, T? Answer)> TryAsync<T>(
        string text, Func<Task<T>> call, Func<T, string> describe)
    {
        var chance = world.Simulator.Chance.Stream($"client.{text.Split(' ')[0]}");
        world.Weather.Count($"clients: {text.Split(' ')[0]}");
        Open++;
        world.Simulator.Trace.Write("client", $"{text}?");
        for (var tries = 1; ; tries++)
        {
            try
            {
                var answer = await call();
                world.Simulator.Trace.Write("client", $"{text}: {(answer is null ? "nothing" : describe(answer))}");
                Open--;
                return (true, answer);
            }
            catch (Exception failure) when (IInjectedFault.Explains(failure))
            {
                if (tries == MaxTries)
                {
                    world.Simulator.Trace.Write("client", $"{text}: no answer ({failure.Message})");
                    world.Weather.Count("clients: without answer");
                    Open--;
                    return (false, default);
                }
            }

            await world.Cluster.RestAsync(chance.Span(0.01, 2));
        }
    }
}
