namespace Sluice.Scheduling.Sharing;

/// <summary>Divides GPUs among jobs, each of which gets one of its levels or nothing. Pure; ties go to the first.</summary>
public interface IShareRule
{
    string Name { get; }

    /// <summary>
    /// True: jobs have their turn by <see cref="Rank"/>, and one without room is not passed by just any.
    /// </summary>
    bool KeepsOrder => false;

    /// <summary>The lower, the earlier, where an order is kept.</summary>
    double Rank(SharingJob job) => 0;

    /// <param name="gpuCount">GPUs to give out. Those that must keep their smallest level fit in it.</param>
    /// <param name="jobs">In the order of their addition.</param>
    /// <returns>GPUs of each job, in the same order; their sum is at most <paramref name="gpuCount"/>.</returns>
    int[] Divide(int gpuCount, IReadOnlyList<SharingJob> jobs);
}
