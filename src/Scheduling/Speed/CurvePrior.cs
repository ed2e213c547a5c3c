namespace Sluice.Scheduling.Speed;

/// <summary>
/// How the time of an epoch is expected to depend on the number of GPUs before any job has shown it: a part that GPUs
/// divide, one that they do not, one that grows with the nodes, and a dip where the last node is not full.
/// </summary>
public sealed class CurvePrior : ICurvePrior
{
    /// <summary>Share of the work of one GPU that others do not shorten.</summary>
    private const double Serial = 0.04;

    /// <summary>What crossing nodes costs, by the natural logarithm of their number, as a share of the same.</summary>
    private const double Crossing = 0.015;

    /// <summary>How much longer an epoch takes where the last of several nodes is not full; logarithm.</summary>
    private const double Dip = 0.12;

    /// <summary>Standard deviations of the logarithm: of its slope by doubling, its drift, and a single count.</summary>
    private const double SlopeDeviation = 0.15;
    private const double DriftDeviation = 0.12;
    private const double FullDeviation = 0.04;
    private const double PartialDeviation = 0.15;

    private static readonly double[] KnownLogs =
        [.. Enumerable.Range(0, 4097).Select(count => Math.Log2(Math.Max(1, count)))];

    private readonly int _nodeGpus;

    /// <param name="nodeGpus">GPUs of a node; 1 or more.</param>
    public CurvePrior(int nodeGpus)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(nodeGpus, 1);
        _nodeGpus = nodeGpus;
    }

    /// <inheritdoc/>
    public double Mean(int gpus)
    {
        var nodes = (gpus + _nodeGpus - 1) / _nodeGpus;
        return Math.Log((1 - Serial) / gpus + Serial + Crossing * Math.Log(nodes)) + (IsPartial(gpus) ? Dip : 0);
    }

    /// <inheritdoc/>
    public double Covariance(int one, int other)
    {
        var (x, y) = (Log2(one), Log2(other));
        var shared = SlopeDeviation * SlopeDeviation * x * y + DriftDeviation * DriftDeviation * Math.Min(x, y);
        if (one != other)
        {
            return shared;
        }

        var own = IsPartial(one) ? PartialDeviation : FullDeviation;
        return shared + own * own;
    }

    private static double Log2(int count) => count < KnownLogs.Length ? KnownLogs[count] : Math.Log2(count);

    private bool IsPartial(int gpus) => gpus > _nodeGpus && gpus % _nodeGpus != 0;
}
