using System.Text.Json;
using Sluice.Grains.Interfaces;
using Sluice.Grains.Interfaces.Capacity;
using Sluice.Grains.Interfaces.Jobs;
using Sluice.Grains.Jobs;

namespace Sluice.Simulation.Checks;

/// <summary>
/// Compares lists with what is stored: each job must be in it as it was at some time from the question to the answer,
/// or missing as it was missing then; in the documented order. So a list without an answered write shows.
/// </summary>
internal sealed class ListCheck(RowCheck rows, Action<string, string> fail)
{
    private readonly List<Question> _open = [];

    public Question Ask(string text, Func<JobRecord, bool> isListed, Func<JobRecord, double>? order)
    {
        var question = new Question(text, isListed, order);
        foreach (var (key, version) in rows.Rows)
        {
            question.Versions[key] = [version];
        }

        _open.Add(question);
        return question;
    }

    /// <summary>The documented lists.</summary>
    public Question Ask(RankQuery query)
    {
        Func<JobRecord, bool> isListed = query.Order switch
        {
            RankOrder.ByArrival => _ => true,
            RankOrder.ScaleUpCandidates => record => record.GpuLim > record.GpuAssigned,
            RankOrder.ByDifference => record => record.GpuLim - record.GpuAssigned == query.X,
            _ => record => record.GpuAssigned - record.GpuReq >= query.X,
        };
        return Ask($"list {query.Order} {query.X}", record => record.Status != JobStatus.Completed && isListed(record),
            query.Order == RankOrder.ByArrival
                ? record => record.JobArrivalTime.Value
                : record => -record.LastCheckpointTime.Value);
    }

    public void Seen(string key, RowVersion version)
    {
        foreach (var question in _open)
        {
            if (!question.Versions.TryGetValue(key, out var versions))
            {
                question.Versions[key] = versions = [null];
            }

            versions.Add(version);
        }
    }

    public void GiveUp(Question question) => _open.Remove(question);

    /// <param name="question">It is answered.</param>
    /// <param name="records">The list, each record in UTF-8.</param>
    public void Answered(Question question, IEnumerable<ReadOnlyMemory<byte>> records)
    {
        _open.Remove(question);
        var listed = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        var last = double.NegativeInfinity;
        foreach (var json in records)
        {
            var record = JsonSerializer.Deserialize(json.Span, Sluice.Grains.GrainsJsonContext.Default.JobRecord)!;
            if (!listed.TryAdd(GrainKeys.Job(GrainKeys.DefaultDomain, record.JobName), json))
            {
                fail(Promises.ListsNameJobsOnce, $"{question.Text}: {record.JobName} is in it twice");
            }

            var place = question.Order?.Invoke(record) ?? last;
            if (place < last)
            {
                fail(Promises.ListsAreInOrder, $"{question.Text}: {record.JobName} comes too late");
            }

            last = place;
        }

        foreach (var (key, versions) in question.Versions)
        {
            var isThere = listed.Remove(key, out var json);
            if (!versions.Any(version => isThere ? IsListedAs(question, version, json) : !IsListed(question, version)))
            {
                fail(Promises.ListsShowAnsweredWrites,
                    $"{question.Text} {(isThere ? "has" : "lacks")} {key} as it was at no time since it was asked for");
            }
        }

        foreach (var key in listed.Keys)
        {
            fail(Promises.ListsShowAnsweredWrites, $"{question.Text} has {key}, which never was");
        }
    }

    /// <summary>A ranked list taken apart into its records.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Split(RankedJobs list)
    {
        var json = list.Json.SelectMany(piece => piece.ToArray()).ToArray();
        using var document = JsonDocument.Parse(json);
        return [.. document.RootElement.EnumerateArray()
            .Select(element => (ReadOnlyMemory<byte>)System.Text.Encoding.UTF8.GetBytes(element.GetRawText()))];
    }

    private static bool IsListed(Question question, RowVersion? version) =>
        version?.State.Record is { } record && question.IsListed(record);

    private static bool IsListedAs(Question question, RowVersion? version, ReadOnlyMemory<byte> json) =>
        IsListed(question, version) && JobRows.RecordJson(version!.Row).Span.SequenceEqual(json.Span);

    public sealed record Question(string Text, Func<JobRecord, bool> IsListed, Func<JobRecord, double>? Order)
    {
        /// <summary>By key; null: the job was not there.</summary>
        public SortedDictionary<string, List<RowVersion?>> Versions { get; } = new(StringComparer.Ordinal);
    }
}
