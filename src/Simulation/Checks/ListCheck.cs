using System.Globalization;
using System.Text.Json;
using Sluice.Grains;
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

    /// <param name="text">For people.</param>
    /// <param name="isListed">Which jobs are in the list.</param>
    /// <param name="order">What it is ordered by, ascending; ties, and all where it is null, by addition.</param>
    /// <param name="limit">The first so many only; null: all.</param>
    public Question Ask(
        string text, Func<JobRecord, bool> isListed, Func<JobRecord, double>? order, int? limit = null)
    {
        var question = new Question(text, isListed, order, limit);
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
        return Ask(
            $"list {query.Order} {query.X} ({query.Limit?.ToString(CultureInfo.InvariantCulture) ?? "all"})",
            record => record.Status != JobStatus.Completed && isListed(record),
            query.Order == RankOrder.ByArrival
                ? record => record.JobArrivalTime.Value
                : record => -record.LastCheckpointTime.Value,
            query.Limit);
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
        var listed = new HashSet<string>(StringComparer.Ordinal);
        var last = Place.First;
        foreach (var json in records)
        {
            var record = JsonSerializer.Deserialize(json.Span, GrainsJsonContext.Default.JobRecord)!;
            if (!listed.Add(GrainKeys.Job(GrainKeys.DefaultDomain, record.JobName)))
            {
                fail(Promises.ListsNameJobsOnce, $"{question.Text}: {record.JobName} is in it twice");
            }

            last = Listed(question, record, json, last);
        }

        if (listed.Count > question.Limit)
        {
            fail(Promises.ListsKeepTheirLimit, $"{question.Text} has {listed.Count}");
        }

        foreach (var (key, versions) in question.Versions.Where(job => !listed.Contains(job.Key)))
        {
            // Behind the last of a list that is full there may be any number more.
            if (!versions.Any(version => !IsListed(question, version)
                || (listed.Count >= question.Limit && question.PlaceOf(version!).CompareTo(last) >= 0)))
            {
                fail(Promises.ListsShowAnsweredWrites,
                    $"{question.Text} lacks {key} as it was at no time since it was asked for");
            }
        }
    }

    /// <summary>One record of an answer, behind the one at <paramref name="last"/>.</summary>
    /// <returns>Where it is: of several versions that look alike, the first that may follow.</returns>
    private Place Listed(Question question, JobRecord record, ReadOnlyMemory<byte> json, Place last)
    {
        var key = GrainKeys.Job(GrainKeys.DefaultDomain, record.JobName);
        var places = question.Versions.GetValueOrDefault(key, [])
            .Where(version => IsListedAs(question, version, json))
            .Select(version => question.PlaceOf(version!))
            .Order()
            .ToList();
        if (places.Count == 0)
        {
            fail(Promises.ListsShowAnsweredWrites,
                $"{question.Text} has {key} as it was at no time since it was asked for");
            return last;
        }

        if (places[^1].CompareTo(last) < 0)
        {
            fail(Promises.ListsAreInOrder, $"{question.Text}: {record.JobName} comes too late");
        }

        return places.Find(place => place.CompareTo(last) >= 0) ?? last;
    }

    /// <summary>A ranked list taken apart into its records.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Split(RankedJobs list) =>
        Split([.. list.Json.SelectMany(piece => piece.Utf8.ToArray())]);

    /// <summary>A page of all jobs taken apart into its records.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Split(JobPage page) =>
        Split([(byte)'[', .. page.Json.SelectMany(piece => piece.Utf8.ToArray()), (byte)']']);

    private static IEnumerable<ReadOnlyMemory<byte>> Split(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        return [.. document.RootElement.EnumerateArray()
            .Select(element => (ReadOnlyMemory<byte>)System.Text.Encoding.UTF8.GetBytes(element.GetRawText()))];
    }

    private static bool IsListed(Question question, RowVersion? version) =>
        version?.State.Record is { } record && question.IsListed(record);

    private static bool IsListedAs(Question question, RowVersion? version, ReadOnlyMemory<byte> json) =>
        IsListed(question, version) && JobRows.RecordJson(version!.Row).Span.SequenceEqual(json.Span);

    public sealed record Question(
        string Text, Func<JobRecord, bool> IsListed, Func<JobRecord, double>? Order, int? Limit)
    {
        /// <summary>By key; null: the job was not there.</summary>
        public SortedDictionary<string, List<RowVersion?>> Versions { get; } = new(StringComparer.Ordinal);

        public Place PlaceOf(RowVersion version) =>
            new(Order?.Invoke(version.State.Record!) ?? 0, version.Row.Added);
    }

    /// <summary>Where a job is in a list: by what the list is ordered by, then by addition.</summary>
    internal sealed record Place(double By, long Added) : IComparable<Place>
    {
        public static readonly Place First = new(double.NegativeInfinity, 0);

        public int CompareTo(Place? other) => (By, Added).CompareTo((other!.By, other.Added));
    }
}
