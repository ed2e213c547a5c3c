namespace Sluice.EmbeddedHost.Tests.Embedded;

internal static class InTime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    public static Task InTimeAsync(this Task task) => task.WaitAsync(Deadline);

    public static Task<T> InTimeAsync<T>(this Task<T> task) => task.WaitAsync(Deadline);
}
