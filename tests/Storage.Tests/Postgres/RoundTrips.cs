using System.Diagnostics;

namespace Sluice.Storage.Tests.Postgres;

/// <summary>Counts how often a database is asked something and answers, from now on.</summary>
internal sealed class RoundTrips : IDisposable
{
    private readonly ActivityListener _listener;
    private int _count;

    public RoundTrips(PostgresDatabase database)
    {
        _listener = new()
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                // Tests beside this one have databases of their own.
                if (activity.TagObjects.Any(tag => tag.Key == "db.namespace" && Equals(tag.Value, database.Name)))
                {
                    Interlocked.Increment(ref _count);
                }
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>Since the last time.</summary>
    public int Take() => Interlocked.Exchange(ref _count, 0);

    public void Dispose() => _listener.Dispose();
}
