using Sluice.Grains.Interfaces.StageQueues;
using Sluice.Simulation.Checks;

namespace Sluice.Simulation.Workloads;

/// <summary>
/// Lists of the stage queue. Settings, lifetimes and counts of what is flagged claim nothing: another command of the
/// same fold may change them again, so that they are in no version.
/// </summary>
internal sealed partial class Clients
{
    public Task AddJobsAsync(string key, AddStageJobs command) => AskListAsync(
        key, "queue-add", $"{command.Jobs.Length} jobs", grain => grain.AddAsync(command),
        answer => $"{answer.Outcome} {answer.Added}",
        _ => new(list => QueueClaims.OfAddition(command, list), IsFromMemory: false));

    /// <returns>The answer; null: there was none. And whether one server ran all the time.</returns>
    public async Task<(HandOutAnswer? Answer, bool IsAlone)> HandOutAsync(string key, HandOut command)
    {
        var (answer, isAlone) = await AskListAsync(
            key, "queue-get", $"{command.Stage} ({command.OperationId})", grain => grain.HandOutAsync(command),
            answer => $"{answer.Outcome} {answer.Job?.Lease}",
            answer => answer.Job is { } job
                ? new(list => QueueClaims.OfHandOut(job, list), IsFromMemory: false)
                : new(_ => answer.Outcome == HandOutOutcome.NoneWaits, IsFromMemory: true)
                {
                    OfAll = versions => QueueClaims.OfNone(command, versions),
                });
        if (answer?.Job is { } granted)
        {
            world.Invariants.Grants.Granted(key, command, granted);
        }

        return (answer, isAlone);
    }

    public Task MoveAsync(string key, MoveStageJob command) => AskListAsync(
        key, "queue-update", $"{command.JobId} to {command.Stage} ({command.Lease} {command.OperationId})",
        grain => grain.MoveAsync(command),
        answer => $"{answer.Outcome} {answer.Problem}",
        answer => answer.Outcome switch
        {
            MoveOutcome.Done => new(list => QueueClaims.OfMove(command, list), IsFromMemory: false),
            MoveOutcome.NotFound => new(list => list.Find(command.JobId) is null, IsFromMemory: true),
            MoveOutcome.LeaseOver => new(
                list => !QueueClaims.HasLease(list.Find(command.JobId), command.Lease), IsFromMemory: true),
            _ => new(static _ => false, IsFromMemory: false),
        });

    public Task ExtendAsync(string key, ExtendLease command) => AskListAsync(
        key, "queue-extend", command.Lease, grain => grain.ExtendLeaseAsync(command),
        answer => $"{answer.Outcome} {answer.Until:O} {answer.Problem}",
        answer => answer.Outcome == MoveOutcome.Done
            ? new(list => QueueClaims.OfExtension(command, answer, list), IsFromMemory: false)
            : new(list => !QueueClaims.HasLease(list.Find(command.JobId), command.Lease), IsFromMemory: true));

    public Task RedoAsync(string key, RedoStage command) => AskListAsync(
        key, "queue-redo", $"{command.Stage} to {command.Redo}", grain => grain.RedoAsync(command),
        answer => $"{answer.Flagged} {answer.Moved}",
        answer => new(list => QueueClaims.OfRedo(command, answer, list), IsFromMemory: false));

    public Task CheckAsync(string key) => AskListAsync(
        key, "queue-check", "", grain => grain.CheckAsync(), answer => $"{answer.Flagged}",
        _ => null);

    public Task ChangeSettingsAsync(string key, ChangeStageQueueSettings command) => AskListAsync(
        key, "queue-settings", $"{command.Redeliver} {command.MaxAttempts}",
        grain => grain.ChangeSettingsAsync(command), answer => $"{answer}",
        _ => null);

    public Task SetLifetimeAsync(string key, SetStageLifetime command) => AskListAsync(
        key, "queue-lifetime", $"{command.Stage} {command.Minutes}", grain => grain.SetLifetimeAsync(command),
        answer => string.Join(' ', answer.Minutes),
        _ => null);

    public Task InitializeAsync(string key, StageLifetimes command) => AskListAsync(
        key, "queue-init", string.Join(' ', command.Minutes), grain => grain.InitializeAsync(command),
        answer => string.Join(' ', answer.Minutes),
        _ => null);

    public Task ProgressAsync(string key) => AskListAsync(
        key, "queue-progress", "", grain => grain.GetProgressAsync(), answer => $"{answer.JobCount} jobs",
        answer => new(list => QueueClaims.OfProgress(answer, list), IsFromMemory: true));

    public Task PageAsync(string key) => AskListAsync(
        key, "queue-jobs", "", grain => grain.ReadJobsAsync(new() { Max = 100 }),
        answer => $"{answer.Jobs.Length} jobs",
        answer => new(list => QueueClaims.OfPage(answer, list), IsFromMemory: true));

    private async Task<(T? Answer, bool IsAlone)> AskListAsync<T>(
        string key,
        string verb,
        string text,
        Func<IStageQueueGrain, Task<T>> call,
        Func<T, string> describe,
        Func<T, ListClaim?> claim)
    {
        var servers = world.ServersMade;
        var isAlone = world.Servers.Count == 1;
        var question = world.Invariants.Grants.Ask(key, $"{verb} {key} {text}");
        var (isAnswered, answer) = await TryAsync(
            question.Text, () => call(_grains.GetGrain<IStageQueueGrain>(key)), describe);
        isAlone &= world.Servers.Count == 1 && world.ServersMade == servers;
        if (isAnswered)
        {
            var made = claim(answer!) is { } said && (isAlone || !said.IsFromMemory) ? said : null;
            if (made?.OfAll is { } ofAll)
            {
                world.Invariants.Grants.AnsweredOfAll(
                    question, describe(answer!), versions => made.IsTrue(versions[^1]) && ofAll(versions));
            }
            else
            {
                world.Invariants.Grants.Answered(
                    question, describe(answer!), made?.IsTrue, isRead: made?.IsFromMemory == true);
            }
        }
        else
        {
            world.Invariants.Grants.GiveUp(question);
        }

        return (answer, isAlone);
    }

    /// <summary>What an answer says of a list.</summary>
    /// <param name="IsTrue">Of a version of it.</param>
    /// <param name="IsFromMemory">True: it may come from what one of two servers has in memory.</param>
    private sealed record ListClaim(Func<ListVersion, bool> IsTrue, bool IsFromMemory)
    {
        /// <summary>What it says of all versions since its question together; null: nothing more.</summary>
        public Func<IReadOnlyList<ListVersion>, bool>? OfAll { get; init; }
    }
}
