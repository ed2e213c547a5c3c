namespace Sluice.EmbeddedHost.Activations;

/// <summary>Why an activation ends, and until when it may take.</summary>
#pragma warning disable CA1001 // The source has neither a timer nor a handle: there is nothing to dispose of.
internal sealed class ActivationEnd(DeactivationReason reason)
#pragma warning restore CA1001
{
    private readonly CancellationTokenSource _abandoned = new();

    public DeactivationReason Reason => reason;

    /// <summary>Fires when the activation is abandoned.</summary>
    public CancellationToken Abandoned => _abandoned.Token;

    /// <summary>Abandons the activation when it is over.</summary>
    public ITimer? Deadline { get; set; }

    public void Cancel() => _abandoned.Cancel();

    /// <summary>It has ended.</summary>
    public void StopDeadline() => Deadline?.Dispose();
}
