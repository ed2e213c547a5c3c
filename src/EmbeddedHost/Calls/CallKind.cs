using System.Reflection;

namespace Sluice.EmbeddedHost.Calls;

/// <summary>What may run between the awaits of a call.</summary>
internal enum CallKind
{
    /// <summary>Only calls that always interleave.</summary>
    Exclusive,

    /// <summary>Other read-only calls, too.</summary>
    ReadOnly,

    /// <summary>Everything; and it waits for nothing.</summary>
    Interleaving,
}

internal static class CallKinds
{
    /// <summary>The kind that the attributes of an interface method ask for.</summary>
    public static CallKind Of(MethodInfo method) =>
        method.IsDefined(typeof(AlwaysInterleaveAttribute)) ? CallKind.Interleaving
        : method.IsDefined(typeof(ReadOnlyAttribute)) ? CallKind.ReadOnly
        : CallKind.Exclusive;
}
