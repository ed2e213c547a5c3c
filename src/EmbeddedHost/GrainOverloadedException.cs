namespace Sluice.EmbeddedHost;

/// <summary>Too many calls wait at one activation. Nothing of this one was done; it may be sent again later.</summary>
public sealed class GrainOverloadedException : LimitExceededException
{
    public GrainOverloadedException()
    {
    }

    public GrainOverloadedException(string message)
        : base(message)
    {
    }

    public GrainOverloadedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
