namespace Sluice.EmbeddedHost.Tests.Promises.Grains;

/// <summary>A grain whose calls can be held at gates: <c>{key}/{gate}</c> is awaited, <c>{key}/{gate}-reached</c> raised.</summary>
[Alias("test.subject")]
public interface ISubjectGrain : IGrainWithStringKey
{
    [Alias("hold")]
    Task HoldAsync(string gate);

    [Alias("read"), ReadOnly]
    Task ReadAsync(string gate);

    [Alias("peek"), AlwaysInterleave]
    Task<int> PeekAsync();

    /// <summary>Counts up without any protection, before and after awaits of several sorts.</summary>
    [Alias("churn"), AlwaysInterleave]
    Task ChurnAsync(int rounds);

    [Alias("churned"), AlwaysInterleave]
    Task<(int Count, int Overlaps)> ChurnedAsync();

    /// <summary>Tells this activation from others of the same grain.</summary>
    [Alias("activation")]
    Task<Guid> GetActivationAsync();

    /// <summary>As <see cref="HoldAsync"/>, and has the activation end after it.</summary>
    [Alias("end")]
    Task<Guid> EndAsync(string gate);

    [Alias("fail")]
    Task FailAsync(string message, bool atOnce);
}
