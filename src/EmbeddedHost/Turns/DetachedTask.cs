namespace Sluice.EmbeddedHost.Turns;

/// <summary>
/// Work of the host itself: it must not run in the execution context of the caller who happened to set it off, whose
/// activity and request would otherwise live as long as the activation.
/// </summary>
internal static class DetachedTask
{
    public static void Start(Func<object?, Task> work, object state, TaskScheduler scheduler)
    {
        if (ExecutionContext.IsFlowSuppressed())
        {
            new Task<Task>(work, state).Start(scheduler);
            return;
        }

        using (ExecutionContext.SuppressFlow())
        {
            new Task<Task>(work, state).Start(scheduler);
        }
    }
}
