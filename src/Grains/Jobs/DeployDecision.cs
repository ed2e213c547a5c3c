using Sluice.Grains.Interfaces.Jobs;

namespace Sluice.Grains.Jobs;

/// <summary>
/// What a deployment makes of a job. Pure: the grain stores <paramref name="Next"/> and then answers.
/// </summary>
/// <param name="Next">
/// The state from then on; changed only where the outcome is <see cref="DeployOutcome.Created"/>.
/// </param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Problem">For people: what is wrong; null: nothing.</param>
/// <param name="IsChanged">False: nothing to store.</param>
public sealed record DeployDecision(
    JobState Next, DeployOutcome Outcome, string? Problem = null, bool IsChanged = false);
