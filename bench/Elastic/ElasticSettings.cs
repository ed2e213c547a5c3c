namespace Sluice.Bench.Elastic;

/// <summary>What an elastic run plays.</summary>
internal sealed record ElasticSettings
{
    /// <summary>The <c>sluice</c> command.</summary>
    public required string Server { get; init; }

    /// <summary>Simulated nodes, as <c>sluice server --nodes</c> takes them, such as <c>8x8</c>.</summary>
    public required string Nodes { get; init; }

    /// <summary>Path of the trainer's script.</summary>
    public required string Trainer { get; init; }

    /// <summary>The folder of the Python client.</summary>
    public required string PythonModules { get; init; }

    /// <summary>A run that takes longer has gone wrong.</summary>
    public TimeSpan Longest { get; init; } = TimeSpan.FromMinutes(20);
}
