namespace Sluice.Scheduling.Speed;

/// <summary>What is expected of the shape of a job's curve before it has shown anything.</summary>
public interface ICurvePrior
{
    /// <summary>Natural logarithm of the seconds of an epoch, relative to those with one GPU.</summary>
    double Mean(int gpus);

    /// <summary>Of the deviations from the mean at two counts.</summary>
    double Covariance(int one, int other);
}
