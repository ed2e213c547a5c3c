namespace Sluice.Scheduling.Sharing;

/// <summary>Divides GPUs among jobs, each of which gets one of its levels or nothing. Pure; ties go to the first.</summary>
public interface IShareRule
{
    string Name { get; }

    /// <param name="gpuCount">GPUs to give out. Those that must keep their smallest level fit in it.</param>
    /// <param name="jobs">In the order of their addition.</param>
    /// <returns>GPUs of each job, in the same order; their sum is at most <paramref name="gpuCount"/>.</returns>
    int[] Divide(int gpuCount, IReadOnlyList<SharingJob> jobs);
}
