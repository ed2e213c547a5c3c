namespace Sluice.BlackBox.Tests.Hosting;

/// <summary>
/// How long these tests wait for what is sure to come. Long: they start many processes, often on a machine that is busy
/// with other tests.
/// </summary>
internal static class Patience
{
    public static TimeSpan Deadline { get; } = TimeSpan.FromSeconds(90);

    public static Task UntilAsync(Func<bool> condition, string what) =>
        Eventually.IsTrueAsync(condition, what, Deadline);

    public static Task UntilAsync(Func<Task<bool>> condition, string what) =>
        Eventually.IsTrueAsync(condition, what, Deadline);

    public static Task InTimeAsync(this Task task) => task.WaitAsync(Deadline);

    public static Task<T> InTimeAsync<T>(this Task<T> task) => task.WaitAsync(Deadline);
}
