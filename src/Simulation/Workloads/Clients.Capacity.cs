using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Interfaces.Jobs;
using Sluice.Simulation.Checks;

namespace Sluice.Simulation.Workloads;

/// <summary>GPUs and lists.</summary>
internal sealed partial class Clients
{
    public Task ScaleAsync(string name) => AskAsync(
        name, $"scale {name}", grain => grain.ScaleAsync(), Describe, answer => Claim.OfScaling(answer, name));

    public Task ScaleBestAsync()
    {
        var operation = NextOperation();
        return AskAsync(
            key: null,
            $"scale-best ({operation})",
            () => Pool.ScaleBestAsync(operation),
            Describe,
            answer => Claim.OfScaling(answer, name: null));
    }

    public Task ViewAsync() => AskAsync(
        key: null, "capacity", () => Pool.GetAsync(), _ => "shown", Claim.OfView);

    public async Task ListAsync(RankQuery query)
    {
        var question = world.Invariants.Lists.Ask(query);
        var (_, list) = await TryAsync(question.Text, () => Pool.RankAsync(query), _ => "listed");
        Listed(question, list is null ? null : ListCheck.Split(list));
    }

    /// <param name="most">Records of the one page that is asked for.</param>
    public async Task ListAllAsync(int most)
    {
        var question = world.Invariants.Lists.Ask($"list all {most}", _ => true, order: null, most);
        var (_, page) = await TryAsync(question.Text, () => Pool.ReadJobsAsync(0, most), _ => "listed");
        Listed(question, page is null ? null : ListCheck.Split(page));
    }

    private static string Describe(ScaleAnswer answer) =>
        $"{answer.Outcome} {answer.Name} {answer.Previous} {answer.Assigned} {answer.AtNextCheckpoint}";

    private void Listed(ListCheck.Question question, IEnumerable<ReadOnlyMemory<byte>>? records)
    {
        if (records is null)
        {
            world.Invariants.Lists.GiveUp(question);
            return;
        }

        world.Faults.Count("lists: checked");
        world.Invariants.Lists.Answered(question, records);
    }
}
