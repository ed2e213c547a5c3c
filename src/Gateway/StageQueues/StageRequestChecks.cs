using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sluice.Gateway.Http;
using Sluice.Grains.Interfaces.StageQueues;

namespace Sluice.Gateway.StageQueues;

/// <summary>
/// Reads what stands in a request's path, query and headers, one after the other, and keeps the first problem.
/// </summary>
internal struct StageRequestChecks(HttpContext context)
{
    public const string LeaseHeader = "Lease";
    public const string LeaseSecondsHeader = "Lease-Seconds";

    /// <summary>Jobs in a page, where it is not said.</summary>
    public const int DefaultPage = 1000;

    private const int MaxLeaseLength = 100;

    public string? Problem { get; private set; }

    /// <summary>A stage of the path.</summary>
    public int Stage(string name)
    {
        var isStage = QueryNumber.TryParse(TextOf(name), out var value) && value <= StageQueueLimits.MaxStage;
        Must(isStage, StageProblem(name));
        return isStage ? (int)value : 0;
    }

    /// <summary>The stage after one of the path, or the one that the path names.</summary>
    public int NextStage(string name, int stage)
    {
        if (TextOf(name) is not null) return Stage(name);
        Must(
            stage < StageQueueLimits.MaxStage,
            $"stage must be below {StageQueueLimits.MaxStage} where next is not given");
        return stage + 1;
    }

    /// <summary>The id of a job, of the path.</summary>
    public long JobId()
    {
        var isId = TryParseSigned(TextOf("jobid"), out var value);
        Must(isId, "jobid must be an integer of 64 bits");
        return value;
    }

    /// <summary>A lifetime of the path.</summary>
    public double Minutes(string? text, string name)
    {
        var isNumber = TryParseDecimal(text, out var value) && value <= StageQueueLimits.MaxMinutes;
        Must(isNumber, $"{name} must be a number of minutes of 0 to 1000000000, 0 = no limit");
        return value;
    }

    /// <summary>The lease that came with a job; null: none was sent.</summary>
    public string? Lease()
    {
        var values = context.Request.Headers[LeaseHeader];
        if (values.Count == 0) return null;
        Must(
            values.Count == 1 && values[0] is { Length: > 0 and <= MaxLeaseLength } lease
                && !lease.AsSpan().ContainsAnyExceptInRange('!', '~'),
            $"Lease must be what /get answered as Lease: 1 to {MaxLeaseLength} printable ASCII characters");
        return values[0];
    }

    /// <summary>How long a lease is asked for; null: it is not.</summary>
    public double? LeaseSeconds()
    {
        var values = context.Request.Headers[LeaseSecondsHeader];
        if (values.Count == 0) return null;
        double value = 0;
        Must(
            values.Count == 1 && TryParseDecimal(values[0], out value)
                && value is >= 1 and <= StageQueueLimits.MaxLeaseSeconds,
            "Lease-Seconds must be a number of 1 to 86400");
        return value;
    }

    /// <summary>The caller's own key; null: none was sent.</summary>
    public string? IdempotencyKey()
    {
        var problem = OperationIds.ReadKey(context, out var key);
        Problem ??= problem;
        return key;
    }

    /// <summary>Which jobs are asked for.</summary>
    public StageJobQuery JobQuery()
    {
        var query = context.Request.Query;
        var afters = query["after"];
        long after = 0;
        Must(afters.Count == 0 || (afters.Count == 1 && TryParseSigned(afters[0], out after)),
            "after must be an integer of 64 bits");
        var maxProblem = QueryNumber.Read(context, "max", DefaultPage, 1, StageQueueLimits.MaxPage, out var max);
        var stageProblem = QueryNumber.Read(context, "stage", 0, 0, StageQueueLimits.MaxStage, out var stage);
        Problem ??= maxProblem ?? stageProblem;
        var flagged = query["flagged"];
        Must(flagged is [] or ["true"] or ["false"], "flagged must be true or false");
        return new()
        {
            After = afters.Count == 0 ? null : after,
            Max = (int)max,
            Stage = query.ContainsKey("stage") ? (int)stage : null,
            IsFlagged = flagged is ["true"],
        };
    }

    public static string StageProblem(string name) =>
        $"{name} must be an integer of 0 to {StageQueueLimits.MaxStage}";

    public void Must(bool holds, string problem)
    {
        if (!holds) Problem ??= problem;
    }

    private readonly string? TextOf(string name) => context.GetRouteValue(name) as string;

    private static bool TryParseSigned(string? text, out long value) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);

    private static bool TryParseDecimal(string? text, out double value) =>
        double.TryParse(
            text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out value)
        && double.IsFinite(value);
}
