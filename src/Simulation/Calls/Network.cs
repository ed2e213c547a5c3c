using Sluice.Simulation.Engine;

namespace Sluice.Simulation.Calls;

/// <summary>
/// Takes calls to the servers that run and brings back the answers: at once or a little later, so that they overtake
/// each other; now and then late, twice, or not at all. Where two servers run, either may get a call.
/// </summary>
internal sealed class Network(Simulator simulator, FaultPlan faults)
{
    private readonly List<Endpoint> _endpoints = [];

    public Endpoint Join(SimulatedProcess process, IGrainFactory grains, Mishap die)
    {
        var endpoint = new Endpoint(process, grains, die);
        _endpoints.Add(endpoint);
        return endpoint;
    }

    public void Send(PendingCall call)
    {
        var chance = simulator.Chance.Stream($"call.{call.Text}");
        if (chance.Strikes(faults.LostCall, "lost"))
        {
            TimeOut(call, chance);
            return;
        }

        var isAnswerLost = chance.Strikes(faults.LostAnswer, "unanswered");
        var isRepeated = chance.Strikes(faults.RepeatedCall, "repeated");
        After(Delay(chance), () => Deliver(call, chance, isAnswerLost));
        if (isRepeated)
        {
            After(chance.Span(0.001, 20), () => Deliver(call, chance, isAnswerLost));
        }
    }

    /// <summary>The server is gone: who waits for it learns so, sooner or later.</summary>
    public void Leave(Endpoint endpoint)
    {
        _endpoints.Remove(endpoint);
        Break(endpoint, _ => true);
    }

    /// <summary>Calls that are under way there will never be answered.</summary>
    public void Break(Endpoint endpoint, Func<CallText, bool> which)
    {
        var broken = endpoint.Calls.Where(call => which(call.Text)).ToList();
        foreach (var call in broken)
        {
            endpoint.Calls.Remove(call);
            TimeOut(call, simulator.Chance.Stream($"call.{call.Text}"));
        }
    }

    private void Deliver(PendingCall call, ChanceStream chance, bool isAnswerLost)
    {
        if (_endpoints.Count == 0)
        {
            After(chance.Span(0.001, 0.1), () => call.Fail(new NoServerFault("no server answers")));
            return;
        }

        var endpoint = _endpoints.Count == 1 ? _endpoints[0] : chance.Pick(_endpoints);
        if (simulator.Trace.IsOn)
        {
            simulator.Trace.Write(endpoint.Process.Name, $"{call.Text} from {call.Text.Caller.Name}");
        }

        simulator.LastCall = call.Text;
        endpoint.Calls.Add(call);
        var answered = call.Invoke(endpoint.Grains);
        if (answered.IsCompleted)
        {
            Return(endpoint, call, answered, chance, isAnswerLost);
        }
        else
        {
            answered.ContinueWith(
                task => Return(endpoint, call, task, chance, isAnswerLost),
                CancellationToken.None,
                TaskContinuationOptions.None,
                simulator.World);
        }
    }

    private void Return(Endpoint endpoint, PendingCall call, Task answered, ChanceStream chance, bool isAnswerLost)
    {
        if (!endpoint.Calls.Remove(call))
        {
            return; // its server or its activation has crashed meanwhile
        }

        if (!answered.IsCompletedSuccessfully
            && (answered.Exception is not { } failure || !IInjectedFault.Explains(failure)))
        {
            simulator.Fail(Promises.NoCallFailsByABug, $"{call.Text} at {endpoint.Process.Name}: {answered.Exception}");
        }

        if (chance.Strikes(faults.CrashAtAnswer, "crash"))
        {
            faults.Count("crashes: before an answer");
            TimeOut(call, chance);
            endpoint.Die(chance, call.Text.Key);
        }
        else if (isAnswerLost)
        {
            TimeOut(call, chance);
        }
        else
        {
            After(Delay(chance), () => call.Answer(answered));
        }
    }

    private void TimeOut(PendingCall call, ChanceStream chance) =>
        After(chance.Span(0.01, 30), () => call.Fail(new LostCallFault($"{call.Text} was not answered")));

    private TimeSpan Delay(ChanceStream chance) =>
        chance.Strikes(faults.LateCall, "late") ? chance.Span(0.01, 20)
        : chance.Is(0.6) ? TimeSpan.Zero
        : chance.Span(0.0001, 0.01);

    private void After(TimeSpan delay, Action action)
    {
        if (delay == TimeSpan.Zero)
        {
            action();
        }
        else
        {
            simulator.After(delay, simulator.World, action);
        }
    }
}

/// <summary>A server that takes calls.</summary>
internal sealed record Endpoint(SimulatedProcess Process, IGrainFactory Grains, Mishap Die)
{
    /// <summary>Under way here.</summary>
    public List<PendingCall> Calls { get; } = [];
}
