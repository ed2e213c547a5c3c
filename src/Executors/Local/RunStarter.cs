using System.Collections;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Sluice.Grains.Ports;
using Sluice.Manifests;

namespace Sluice.Executors.Local;

/// <summary>Starts an attempt, unless it or one that supersedes it was started before.</summary>
internal sealed partial class RunStarter(
    LocalExecutorOptions options,
    PlanLocally plan,
    RunLauncher launcher,
    RunEnder ender,
    TimeProvider time,
    ILogger logger)
{
    private static readonly TimeSpan UnlockPollInterval = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan UnlockTimeout = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Called with the run's gate held. Returns once the attempt runs, or it is recorded why it does not.
    /// </summary>
    public async Task StartAsync(
        LocalRun run, DesiredRun desired, GpuList gpus, CancellationToken cancellationToken)
    {
        if (await MayStartAsync(run, desired, cancellationToken))
        {
            await LaunchAsync(run, desired, gpus, cancellationToken);
        }
    }

    /// <summary>False: that attempt, or one that supersedes it, was started before.</summary>
    private async Task<bool> MayStartAsync(LocalRun run, DesiredRun desired, CancellationToken cancellationToken)
    {
        if (run.Last is { } last)
        {
            var hasEnded = run.Folder.ReadEnd(last.Attempt) is not null;
            if (last.Attempt > desired.Attempt || last.Generation > desired.Generation)
            {
                LogSuperseded(logger, desired.Uid, desired.Attempt, desired.Generation, last.Attempt, last.Generation);
                return false;
            }

            if (last.Attempt != desired.Attempt && !hasEnded)
            {
                throw new InvalidOperationException(
                    $"attempt {last.Attempt} of {desired.Uid} has not ended: attempt {desired.Attempt} cannot start");
            }
        }

        return await IsFreeForAsync(run.Folder, desired.Attempt, cancellationToken);
    }

    /// <summary>
    /// Waits until nobody works on the folder: a runner that has recorded its end holds the lock for a moment still,
    /// and one of a server before this one may just be coming up.
    /// </summary>
    /// <returns>False: the attempt was started.</returns>
    private async Task<bool> IsFreeForAsync(RunFolder folder, int attempt, CancellationToken cancellationToken)
    {
        using var probe = folder.OpenLock();
        for (var giveUpAt = time.GetUtcNow() + UnlockTimeout; ;)
        {
            // The lock first: whoever held it has left a record by the time it is free.
            var isLocked = Libc.IsLocked(probe);
            if (folder.HasRunner(attempt) || folder.ReadEnd(attempt) is not null)
            {
                return false;
            }

            if (!isLocked)
            {
                return true;
            }

            if (time.GetUtcNow() >= giveUpAt)
            {
                throw new TimeoutException($"the folder of {folder.Uid} is still locked by a runner");
            }

            await Task.Delay(UnlockPollInterval, time, cancellationToken);
        }
    }

    private async Task LaunchAsync(
        LocalRun run, DesiredRun desired, GpuList gpus, CancellationToken cancellationToken)
    {
        var assignment = new ManifestAssignment { GpuCount = desired.GpuCount, SluiceUrl = options.SluiceUrl!() };
        var planned = plan(desired.Manifest, assignment, FindFreePort());
        var problem = RunSpecBuilder.Problem(desired, planned);
        var spec = RunSpecBuilder.Build(
            desired,
            problem is null ? planned : planned with { Processes = [] },
            run.Folder,
            options,
            gpus,
            Inheritable());
        run.Folder.WriteSpec(spec);
        run.Folder.DropAttemptsBefore(spec.Attempt);
        var launch = problem is null
            ? await launcher.LaunchAsync(run.Folder.AttemptPath(spec.Attempt), cancellationToken)
            : new LaunchResult(LaunchOutcome.NotStarted, problem);
        Settle(run, spec, launch);
    }

    private void Settle(LocalRun run, RunSpec spec, LaunchResult launch)
    {
        switch (launch.Outcome)
        {
            case LaunchOutcome.Up:
                LogStarted(logger, spec.Uid, spec.Attempt, spec.Generation);
                break;
            case LaunchOutcome.NotStarted:
                ender.RecordStartFailure(run.Folder, spec, launch.Problem!);
                goto case LaunchOutcome.Failed;
            case LaunchOutcome.Failed:
                var problem = launch.Problem ?? run.Folder.ReadEnd(spec.Attempt)?.Message ?? "";
                LogStartFailed(logger, spec.Uid, spec.Attempt, problem);
                break;
            case LaunchOutcome.Refused when run.Folder.HasRunner(spec.Attempt):
                // A runner that a server before this one started was faster; it is the one that counts.
                break;
            default:
                throw new InvalidOperationException($"attempt {spec.Attempt} of {spec.Uid}: {launch.Problem}");
        }
    }

    private static IEnumerable<KeyValuePair<string, string>> Inheritable() =>
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Select(entry => KeyValuePair.Create((string)entry.Key, entry.Value as string ?? ""));

    /// <summary>A port that is free now; a gang's first rank listens on it soon after.</summary>
    private static int FindFreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
