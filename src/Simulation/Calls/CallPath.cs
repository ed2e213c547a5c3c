using System.Collections.Concurrent;
using System.Reflection;
using Sluice.Simulation.Engine;

namespace Sluice.Simulation.Calls;

/// <summary>
/// What one process, or the world, calls grains through: every call and every answer goes over the network.
/// </summary>
internal sealed class CallPath(Network network, SimulatedProcess caller) : IGrainFactory
{
    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithStringKey
    {
        var proxy = DispatchProxy.Create<TGrainInterface, GrainProxy>();
        ((GrainProxy)(object)proxy).Bind(
            network, caller, primaryKey, static (grains, key) => grains.GetGrain<TGrainInterface>(key));
        return proxy;
    }

    public TGrainInterface GetGrain<TGrainInterface>(GrainId grainId)
        where TGrainInterface : IAddressable =>
        throw new NotSupportedException("grains of simulations are called by their keys");
}

/// <summary>A reference to a grain somewhere.</summary>
#pragma warning disable CA1852 // The proxies that are made at run time derive from it.
internal class GrainProxy : DispatchProxy
#pragma warning restore CA1852
{
    private static readonly ConcurrentDictionary<MethodInfo, Carrier> Carriers = new();

    private Network _network = null!;
    private SimulatedProcess _caller = null!;
    private string _key = "";
    private Func<IGrainFactory, string, object> _find = null!;

    public void Bind(Network network, SimulatedProcess caller, string key, Func<IGrainFactory, string, object> find) =>
        (_network, _caller, _key, _find) = (network, caller, key, find);

    protected override object Invoke(MethodInfo? targetMethod, object?[]? args) =>
        Carriers.GetOrAdd(targetMethod!, Carrier.Create).Carry(_network, new()
        {
            Caller = _caller,
            Key = _key,
            Method = targetMethod!.Name,
            Arguments = args ?? [],
        }, _find);
}

/// <summary>Carries the calls of one method, by the type of its answer.</summary>
internal abstract class Carrier
{
    public static Carrier Create(MethodInfo method)
    {
        var answer = method.ReturnType.IsGenericType ? method.ReturnType.GetGenericArguments()[0] : typeof(bool);
        return (Carrier)Activator.CreateInstance(typeof(Carrier<>).MakeGenericType(answer), method)!;
    }

    public abstract Task Carry(Network network, CallText text, Func<IGrainFactory, string, object> find);
}

/// <inheritdoc/>
internal sealed class Carrier<T>(MethodInfo method) : Carrier
{
    private readonly MethodInvoker _invoker = MethodInvoker.Create(method);

    public override Task Carry(Network network, CallText text, Func<IGrainFactory, string, object> find)
    {
        var call = new PendingCall<T>(
            text, host => (Task)_invoker.Invoke(find(host, text.Key), text.Arguments.AsSpan())!);
        network.Send(call);
        return call.Promise;
    }
}

/// <summary>Who calls whom.</summary>
internal sealed record CallText
{
    public required SimulatedProcess Caller { get; init; }

    public required string Key { get; init; }

    public required string Method { get; init; }

    public required object?[] Arguments { get; init; }

    public override string ToString() => $"{Key}.{Method}";
}
