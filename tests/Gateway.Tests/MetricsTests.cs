using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using Sluice.Gateway.Access;
using Sluice.Gateway.Metrics;

namespace Sluice.Gateway.Tests;

public sealed class MetricsTests : IDisposable
{
    private readonly Meter _meter = new($"Sluice.{nameof(MetricsTests)}");
    private readonly PrometheusReader _reader = new();
    private readonly MeterProvider _provider;

    public MetricsTests() =>
        _provider = Sdk.CreateMeterProviderBuilder()
            .ConfigureResource(resource => resource.Clear().AddAttributes([new("service.name", "a \"b\"\n\\c")]))
            .AddMeter(_meter.Name)
            .AddReader(_reader)
            .Build();

    public void Dispose()
    {
        _provider.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public void A_counter_is_shown_with_its_labels_and_its_sum()
    {
        var counter = _meter.CreateCounter<long>("sluice.some_part.things", "{thing}", "Things\nof\\all kinds.");
        counter.Add(3, new KeyValuePair<string, object?>("http.route", "/a/{b}"));
        counter.Add(2, new KeyValuePair<string, object?>("http.route", "/a/{b}"));
        counter.Add(1, new KeyValuePair<string, object?>("http.route", "\"\\\n"));

        Assert.Equal(
            """
            # HELP sluice_some_part_things_total Things\nof\\all kinds.
            # TYPE sluice_some_part_things_total counter
            sluice_some_part_things_total{http_route="/a/{b}"} 5
            sluice_some_part_things_total{http_route="\"\\\n"} 1

            """,
            Collect("sluice_some"));
    }

    [Fact]
    public void A_histogram_is_shown_with_cumulative_buckets_its_sum_and_its_count()
    {
        var histogram = _meter.CreateHistogram<double>(
            "sluice.a.duration", "s", advice: new() { HistogramBucketBoundaries = [0.25, 1] });
        foreach (var seconds in (double[])[0.25, 0.5, 0.5, 8])
        {
            histogram.Record(seconds);
        }

        Assert.Equal(
            """
            # TYPE sluice_a_duration_seconds histogram
            sluice_a_duration_seconds_bucket{le="0.25"} 1
            sluice_a_duration_seconds_bucket{le="1"} 3
            sluice_a_duration_seconds_bucket{le="+Inf"} 4
            sluice_a_duration_seconds_sum 9.25
            sluice_a_duration_seconds_count 4

            """,
            Collect("sluice_a"));
    }

    [Fact]
    public void What_goes_up_and_down_is_a_gauge()
    {
        _meter.CreateObservableGauge("sluice.b.free", () => 1.5, "By");
        _meter.CreateUpDownCounter<int>("sluice.b.queued", "{write}").Add(-2);

        Assert.Equal(
            """
            # TYPE sluice_b_free_bytes gauge
            sluice_b_free_bytes 1.5
            # TYPE sluice_b_queued gauge
            sluice_b_queued -2

            """,
            Collect("sluice_b"));
    }

    [Fact]
    public void The_process_says_what_it_is()
    {
        _meter.CreateCounter<int>("sluice.c").Add(1);

        Assert.Contains("""target_info{service_name="a \"b\"\n\\c"} 1""", _reader.CollectText(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_counted_before_a_scrape_is_still_there_at_the_next()
    {
        var counter = _meter.CreateCounter<int>("sluice.d");
        counter.Add(1);
        var first = Collect("sluice_d");
        counter.Add(1);

        Assert.EndsWith(" 1\n", first, StringComparison.Ordinal);
        Assert.EndsWith(" 2\n", Collect("sluice_d"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.b", "s", false, "a_b_seconds")]
    [InlineData("a.seconds", "s", false, "a_seconds")]
    [InlineData("a..b-c", "{x}", true, "a_b_c_total")]
    [InlineData("a", "1", false, "a")]
    [InlineData("a", "m/s", false, "a_m_s")]
    public void A_name_has_its_unit_at_the_end(string name, string unit, bool isCounter, string expected) =>
        Assert.Equal(expected, PrometheusText.NameOf(name, unit, isCounter));

    [Fact]
    public async Task The_metrics_are_served_to_whoever_may_read()
    {
        _meter.CreateCounter<int>("sluice.e").Add(7);
        await using var gateway = await TestGateway.StartAsync(
            options => options.Tokens = AuthTokens.Parse(["read read-token-of-16-characters"]),
            services => services.AddSingleton(_reader));

        Assert.Equal(401, (await gateway.GetAsync("/metrics")).Status);
        gateway.Client.DefaultRequestHeaders.Authorization = new("Bearer", "read-token-of-16-characters");
        var answer = await gateway.GetAsync("/metrics");

        Assert.Equal((200, PrometheusText.ContentType), (answer.Status, answer.ContentHeaders.ContentType?.ToString()));
        Assert.Contains("\nsluice_e_total 7\n", answer.Body, StringComparison.Ordinal);
    }

    private string Collect(string prefix) =>
        string.Concat(_reader.CollectText()!.Split('\n')
            .Where(line => line.StartsWith(prefix, StringComparison.Ordinal) || line.Contains($" {prefix}", StringComparison.Ordinal))
            .Select(line => line + "\n"));
}
