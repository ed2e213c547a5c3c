namespace Sluice.Grains.Jobs;

/// <summary>What lists need of a job's row.</summary>
public record struct JobRowOutline
{
    /// <summary>The record as clients see it, a part of the row; empty: there is none.</summary>
    public ReadOnlyMemory<byte> RecordJson { get; set; }

    public bool IsCompleted { get; set; }

    /// <summary>As <see cref="JobRows.MayRun"/>.</summary>
    public bool MayRun { get; set; }

    /// <summary>Seconds since the Unix epoch.</summary>
    public double ArrivedAt { get; set; }

    /// <summary>Seconds since the Unix epoch.</summary>
    public double LastCheckpointAt { get; set; }

    public int GpuReq { get; set; }

    public int GpuLim { get; set; }

    public int GpuAssigned { get; set; }
}
