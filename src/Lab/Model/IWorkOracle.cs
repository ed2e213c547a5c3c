using System.Collections.Immutable;
using Sluice.Lab.Workloads;

namespace Sluice.Lab.Model;

/// <summary>
/// What no manager can know: true speeds and true work. Only baselines are given one, and their names say so.
/// </summary>
public interface IWorkOracle
{
    /// <summary>Of a job that has arrived and is not complete.</summary>
    JobTruth Read(string uid);
}

/// <summary>The truth of a job at this instant.</summary>
/// <param name="Curve">Epochs a second at each count.</param>
/// <param name="Levels">Counts of its range that are faster than all smaller ones of the range.</param>
/// <param name="Speeds">Epochs a second at these.</param>
/// <param name="RemainingEpochs">To the end, from where it is now, saved or not.</param>
/// <param name="UnsavedEpochs">Since its last whole epoch.</param>
/// <param name="LossSeconds">Work that a change now would undo.</param>
/// <param name="RestartSeconds">Without progress after a change.</param>
/// <param name="ResumesAt">When the restart is over that it is in, or was in last.</param>
/// <param name="RigidGpus">What its owner would ask for where nobody changes it.</param>
public sealed record JobTruth(
    SpeedCurve Curve,
    ImmutableArray<int> Levels,
    ImmutableArray<double> Speeds,
    double RemainingEpochs,
    double UnsavedEpochs,
    double LossSeconds,
    double RestartSeconds,
    double ResumesAt,
    int RigidGpus);
