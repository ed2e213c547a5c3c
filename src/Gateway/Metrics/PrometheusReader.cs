using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Sluice.Gateway.Metrics;

/// <summary>
/// Collects the metrics of this process when it is asked to. The host adds it to its meter provider; without one there
/// is nothing to collect.
/// </summary>
public sealed class PrometheusReader : BaseExportingMetricReader
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly TextExporter _exporter;

    public PrometheusReader()
        : this(new TextExporter())
    {
    }

    private PrometheusReader(TextExporter exporter)
        : base(exporter) =>
        _exporter = exporter;

    /// <summary>All metrics as they are now; null: nobody collects them here.</summary>
    internal string? CollectText()
    {
        // Reading instruments takes well under a millisecond; two at once would share one exporter.
        lock (_gate)
        {
            _exporter.Text = null;
            return _exporter.Collect!((int)MaxWait.TotalMilliseconds) ? _exporter.Text : null;
        }
    }

    [ExportModes(ExportModes.Pull)]
    private sealed class TextExporter : BaseExporter<Metric>, IPullMetricExporter
    {
        public Func<int, bool>? Collect { get; set; }

        public string? Text { get; set; }

        public override ExportResult Export(in Batch<Metric> batch)
        {
            var text = new PrometheusText();
            text.AddTarget(ParentProvider.GetResource().Attributes);
            foreach (var metric in batch)
            {
                text.Add(metric);
            }

            Text = text.ToString();
            return ExportResult.Success;
        }
    }
}
