namespace Sluice.EmbeddedHost.Abstractions;

/// <summary>Why an activation ends.</summary>
public enum DeactivationReasonCode : byte
{
    None = 0,
    ShuttingDown = 1,
    ActivationFailed = 2,
    ActivationIdle = 4,
    ApplicationError = 8,
    ApplicationRequested = 9,
    RuntimeRequested = 11,
}

/// <summary>Why an activation ends, with words for people.</summary>
public readonly struct DeactivationReason(DeactivationReasonCode code, string text)
    : IEquatable<DeactivationReason>
{
    public DeactivationReasonCode ReasonCode { get; } = code;

    public string Description { get; } = text;

    public static bool operator ==(DeactivationReason left, DeactivationReason right) => left.Equals(right);

    public static bool operator !=(DeactivationReason left, DeactivationReason right) => !left.Equals(right);

    public bool Equals(DeactivationReason other) =>
        ReasonCode == other.ReasonCode && Description == other.Description;

    public override bool Equals(object? obj) => obj is DeactivationReason other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(ReasonCode, Description);

    public override string ToString() => $"{ReasonCode}: {Description}";
}
