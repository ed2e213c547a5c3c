namespace Sluice.Gateway.Http;

/// <summary>A grain did not answer, nor at the last retry. What the call did is not known.</summary>
internal sealed class GrainUnavailableException(string message, Exception innerException)
    : Exception(message, innerException);
