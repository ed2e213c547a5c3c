using System.Globalization;
using Sluice.Grains.Interfaces;
using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Interfaces.Jobs;
using Sluice.Simulation.Calls;
using Sluice.Simulation.Checks;
using Sluice.Simulation.Engine;

namespace Sluice.Simulation.Workloads;

/// <summary>
/// Clients of the control plane: they call as the gateway does, try again with the same operation id where nobody
/// answers, and have every answer checked.
/// </summary>
internal sealed partial class Clients(World world)
{
    private const int MaxTries = 4;

    private readonly CallPath _grains = new(world.Network, world.Simulator.World);
    private long _operations;

    /// <summary>Operations that are not answered yet.</summary>
    public int Open { get; private set; }

    private IClusterCapacityGrain Pool =>
        _grains.GetGrain<IClusterCapacityGrain>(GrainKeys.Capacity(GrainKeys.DefaultDomain));

    public string NextOperation() => string.Create(CultureInfo.InvariantCulture, $"op{++_operations}");

    public static string KeyOf(string name) => GrainKeys.Job(GrainKeys.DefaultDomain, name);

    private Task<T?> AskAsync<T>(
        string name,
        string text,
        Func<IJobGrain, Task<T>> call,
        Func<T, string> describe,
        Func<T, Claim?> claim) =>
        AskAsync(KeyOf(name), text, () => call(_grains.GetGrain<IJobGrain>(KeyOf(name))), describe, claim);

    /// <param name="key">Of the job that the answer is about; null: of none.</param>
    /// <param name="text">For people.</param>
    /// <param name="call">One try.</param>
    /// <param name="describe">The answer, for people.</param>
    /// <param name="claim">What the answer says of what is stored; null: nothing.</param>
    private async Task<T?> AskAsync<T>(
        string? key, string text, Func<Task<T>> call, Func<T, string> describe, Func<T, Claim?> claim)
    {
        var servers = world.ServersMade;
        var isAlone = world.Servers.Count == 1;
        var operation = world.Invariants.Answers.Begin(key, text);
        var (isAnswered, answer) = await TryAsync(text, call, describe);
        if (isAnswered)
        {
            isAlone &= world.Servers.Count == 1 && world.ServersMade == servers;
            world.Invariants.Answers.Answered(operation, describe(answer!), claim(answer!), isAlone);
            return answer;
        }

        world.Invariants.Answers.GiveUp(operation);
        return default;
    }

    private async Task<(bool IsAnswered, T? Answer)> TryAsync<T>(
        string text, Func<Task<T>> call, Func<T, string> describe)
    {
        var chance = world.Simulator.Chance.Stream($"client.{text.Split(' ')[0]}");
        world.Faults.Count($"clients: {text.Split(' ')[0]}");
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
                    world.Faults.Count("clients: without answer");
                    Open--;
                    return (false, default);
                }
            }

            await world.Cluster.RestAsync(chance.Span(0.01, 2));
        }
    }
}
