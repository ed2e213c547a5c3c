using System.Globalization;
using System.Text;
using OpenTelemetry.Metrics;

namespace Sluice.Gateway.Metrics;

/// <summary>
/// Metrics in Prometheus' text format, version 0.0.4. Names follow OpenTelemetry's rules for Prometheus: words joined
/// with <c>_</c>, the unit at the end, <c>_total</c> for what only grows.
/// </summary>
internal sealed class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly StringBuilder _text = new();
    private readonly HashSet<string> _families = new(StringComparer.Ordinal);

    public override string ToString() => _text.ToString();

    /// <summary>What is measured: <c>target_info</c>, whose labels are attributes of the process.</summary>
    public void AddTarget(IEnumerable<KeyValuePair<string, object>> attributes)
    {
        AddFamily("target_info", "gauge", "Attributes of the process.");
        AddSample("target_info", [.. attributes.Select(one => Label(one.Key, one.Value))], "1");
    }

    public void Add(Metric metric)
    {
        ArgumentNullException.ThrowIfNull(metric);
        var isCounter = metric.MetricType is MetricType.LongSum or MetricType.DoubleSum;
        var name = NameOf(metric.Name, metric.Unit, isCounter);
        // Of two instruments with one name the first alone is shown: a family must not come twice.
        if (!_families.Contains(name) && KindOf(metric.MetricType) is { } kind)
        {
            AddFamily(name, kind, metric.Description);
            foreach (ref readonly var point in metric.GetMetricPoints())
            {
                AddPoint(name, metric.MetricType, in point);
            }
        }
    }

    /// <summary><c>sluice.storage.commit.duration</c> in <c>s</c>: <c>sluice_storage_commit_duration_seconds</c>.</summary>
    public static string NameOf(string name, string? unit, bool isCounter)
    {
        var words = new StringBuilder(name.Length + 16);
        foreach (var character in name)
        {
            var kept = char.IsAsciiLetterOrDigit(character) ? character : '_';
            if (kept != '_' || (words.Length > 0 && words[^1] != '_'))
            {
                words.Append(kept);
            }
        }

        var suffix = WordOf(unit);
        if (suffix.Length > 0 && !words.ToString().EndsWith("_" + suffix, StringComparison.Ordinal))
        {
            words.Append('_').Append(suffix);
        }

        return (isCounter ? words.Append("_total") : words).ToString();
    }

    // What stands in braces is a word for people, and no unit.
    private static string WordOf(string? unit) => unit switch
    {
        null or "" or "1" => "",
        "s" => "seconds",
        "ms" => "milliseconds",
        "By" => "bytes",
        "%" => "percent",
        _ when unit.StartsWith('{') => "",
        _ => new string([.. unit.Select(one => char.IsAsciiLetterOrDigit(one) ? one : '_')]),
    };

    private static string? KindOf(MetricType type) => type switch
    {
        MetricType.LongSum or MetricType.DoubleSum => "counter",
        MetricType.LongGauge or MetricType.DoubleGauge => "gauge",
        MetricType.LongSumNonMonotonic or MetricType.DoubleSumNonMonotonic => "gauge",
        MetricType.Histogram => "histogram",
        _ => null,
    };

    private void AddPoint(string name, MetricType type, in MetricPoint point)
    {
        var labels = new List<string>();
        foreach (var tag in point.Tags)
        {
            labels.Add(Label(tag.Key, tag.Value));
        }

        switch (type)
        {
            case MetricType.LongSum or MetricType.LongSumNonMonotonic:
                AddSample(name, labels, Number(point.GetSumLong()));
                break;
            case MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic:
                AddSample(name, labels, Number(point.GetSumDouble()));
                break;
            case MetricType.LongGauge:
                AddSample(name, labels, Number(point.GetGaugeLastValueLong()));
                break;
            case MetricType.DoubleGauge:
                AddSample(name, labels, Number(point.GetGaugeLastValueDouble()));
                break;
            default:
                AddHistogram(name, labels, in point);
                break;
        }
    }

    private void AddHistogram(string name, List<string> labels, in MetricPoint point)
    {
        var count = 0L;
        foreach (var bucket in point.GetHistogramBuckets())
        {
            count += bucket.BucketCount;
            AddSample(name + "_bucket", [.. labels, Label("le", Number(bucket.ExplicitBound))], Number(count));
        }

        AddSample(name + "_sum", labels, Number(point.GetHistogramSum()));
        AddSample(name + "_count", labels, Number(point.GetHistogramCount()));
    }

    private void AddFamily(string name, string kind, string help)
    {
        _families.Add(name);
        if (help.Length > 0)
        {
            _text.Append("# HELP ").Append(name).Append(' ')
                .Append(help.Replace("\\", "\\\\", StringComparison.Ordinal).ReplaceLineEndings("\\n")).Append('\n');
        }

        _text.Append("# TYPE ").Append(name).Append(' ').Append(kind).Append('\n');
    }

    private void AddSample(string name, List<string> labels, string value)
    {
        _text.Append(name);
        if (labels.Count > 0)
        {
            _text.Append('{').AppendJoin(',', labels).Append('}');
        }

        _text.Append(' ').Append(value).Append('\n');
    }

    private static string Label(string key, object? value)
    {
        var name = NameOf(key, unit: null, isCounter: false);
        var text = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
        var escaped = text.Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal).ReplaceLineEndings("\\n");
        return $"{name}=\"{escaped}\"";
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };
}
