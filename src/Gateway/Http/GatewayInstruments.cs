using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Sluice.Gateway.Http;

/// <summary>What can be measured of the gateway. Routes are a closed set; names of jobs are never tags.</summary>
internal sealed class GatewayInstruments : IDisposable
{
    public const string MeterName = "Sluice.Gateway";

    private readonly Meter _meter;
    private readonly Counter<long> _requests;
    private readonly Histogram<double> _duration;

    public GatewayInstruments(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _requests = _meter.CreateCounter<long>(
            "sluice.gateway.requests", "{request}", "Requests answered, by route and status.");
        _duration = _meter.CreateHistogram<double>(
            "sluice.gateway.request.duration", "s", "Time from the routed request to its answer, by route.",
            advice: new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
            });
    }

    public ActivitySource Activities { get; } = new(MeterName);

    /// <summary>False: nobody listens, and nothing need be measured.</summary>
    public bool IsEnabled => _requests.Enabled || _duration.Enabled || Activities.HasListeners();

    public void RequestAnswered(string route, int status, TimeSpan duration)
    {
        var routeTag = new KeyValuePair<string, object?>("http.route", route);
        _requests.Add(1, routeTag, new("http.response.status_code", status));
        _duration.Record(duration.TotalSeconds, routeTag);
    }

    public void Dispose()
    {
        Activities.Dispose();
        _meter.Dispose();
    }
}
