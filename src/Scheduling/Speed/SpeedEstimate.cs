namespace Sluice.Scheduling.Speed;

/// <summary>Seconds of an epoch of one job at any count: a Gaussian process through what was seen. Immutable.</summary>
public sealed class SpeedEstimate
{
    private const double LeastVariance = 1e-12;

    private readonly ICurvePrior _prior;
    private readonly CountSeen[] _seen;
    private readonly double _logSize;
    private readonly double _sizeVariance;
    private readonly double[] _pull;
    private readonly double[,] _factor;

    /// <param name="prior">What is expected before anything is seen.</param>
    /// <param name="logSize">Expected natural logarithm of the seconds of an epoch with one GPU.</param>
    /// <param name="sizeDeviation">Its standard deviation.</param>
    /// <param name="seen">Distinct counts.</param>
    public SpeedEstimate(ICurvePrior prior, double logSize, double sizeDeviation, CountSeen[] seen)
    {
        ArgumentNullException.ThrowIfNull(prior);
        ArgumentNullException.ThrowIfNull(seen);
        _prior = prior;
        _seen = seen;
        _logSize = logSize;
        _sizeVariance = sizeDeviation * sizeDeviation;
        _factor = Factor();
        _pull = Array.ConvertAll(seen, one => one.LogSeconds - logSize - prior.Mean(one.Gpus));
        SolveForward(_pull);
        for (var row = 0; row < seen.Length; row++)
        {
            LogLikelihood -= _pull[row] * _pull[row] / 2 + Math.Log(_factor[row, row]);
        }

        SolveBackward(_pull);
    }

    /// <summary>Of what was seen, but for a constant.</summary>
    public double LogLikelihood { get; }

    /// <summary>Expected natural logarithm of the seconds of an epoch.</summary>
    public double LogSeconds(int gpus)
    {
        var mean = _logSize + _prior.Mean(gpus);
        for (var row = 0; row < _seen.Length; row++)
        {
            mean += _pull[row] * Covariance(gpus, _seen[row].Gpus);
        }

        return mean;
    }

    public double SecondsPerEpoch(int gpus) => Math.Exp(LogSeconds(gpus));

    /// <summary>Standard deviation of the logarithm.</summary>
    public double Deviation(int gpus)
    {
        var cross = new double[_seen.Length];
        for (var row = 0; row < cross.Length; row++)
        {
            cross[row] = Covariance(gpus, _seen[row].Gpus);
        }

        SolveForward(cross);
        var variance = Covariance(gpus, gpus);
        foreach (var part in cross)
        {
            variance -= part * part;
        }

        return Math.Sqrt(Math.Max(variance, 0));
    }

    private double Covariance(int one, int other) =>
        _prior.Covariance(one, other) + _sizeVariance;

    /// <summary>Lower Cholesky factor of the covariances of what was seen.</summary>
    private double[,] Factor()
    {
        var factor = new double[_seen.Length, _seen.Length];
        for (var row = 0; row < _seen.Length; row++)
        {
            for (var column = 0; column <= row; column++)
            {
                var rest = Covariance(_seen[row].Gpus, _seen[column].Gpus);
                rest += row == column ? _seen[row].Deviation * _seen[row].Deviation : 0;
                for (var before = 0; before < column; before++)
                {
                    rest -= factor[row, before] * factor[column, before];
                }

                factor[row, column] = row == column
                    ? Math.Sqrt(Math.Max(rest, LeastVariance))
                    : rest / factor[column, column];
            }
        }

        return factor;
    }

    private void SolveForward(double[] values)
    {
        for (var row = 0; row < values.Length; row++)
        {
            for (var before = 0; before < row; before++)
            {
                values[row] -= _factor[row, before] * values[before];
            }

            values[row] /= _factor[row, row];
        }
    }

    private void SolveBackward(double[] values)
    {
        for (var row = values.Length - 1; row >= 0; row--)
        {
            for (var after = row + 1; after < values.Length; after++)
            {
                values[row] -= _factor[after, row] * values[after];
            }

            values[row] /= _factor[row, row];
        }
    }
}
