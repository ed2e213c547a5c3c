namespace Sluice.Grains.Interfaces;

/// <summary>
/// The one place where grain keys are made. Every key starts with a letter that is no hexadecimal digit, because the
/// ADO.NET provider folds keys that look like hexadecimal numbers (<c>abc</c> and <c>ABC</c> would share a row).
/// </summary>
public static class GrainKeys
{
    /// <summary>The capacity domain of the documented interfaces.</summary>
    public const string DefaultDomain = "default";

    /// <summary>What keys of capacity grains begin with, up to their first <c>/</c>.</summary>
    public const string CapacityKind = "pool";

    /// <summary>What keys of stage queues begin with, up to their first <c>/</c>.</summary>
    public const string StageQueueKind = "queue";

    /// <summary>Key of a job's grain.</summary>
    /// <param name="domain">A capacity domain; holds no <c>/</c>.</param>
    /// <param name="jobName">1–253 characters without control characters or <c>/</c>.</param>
    public static string Job(string domain, string jobName) => $"job/{domain}/{jobName}";

    /// <summary>Key of a domain's capacity grain.</summary>
    /// <param name="domain">A capacity domain; holds no <c>/</c>.</param>
    public static string Capacity(string domain) => $"{CapacityKind}/{domain}";

    /// <summary>Key of a stage queue's grain.</summary>
    /// <param name="number">The list's secret integer, decimal, without leading zeros: <c>-7</c>, <c>42</c>.</param>
    public static string StageQueue(string number) => $"{StageQueueKind}/{number}";

    /// <summary>Takes a job's key apart again.</summary>
    /// <exception cref="FormatException">The key was not made by <see cref="Job"/>.</exception>
    public static (string Domain, string JobName) ParseJob(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var parts = key.Split('/', 3);
        return parts is ["job", { Length: > 0 } domain, { Length: > 0 } name]
            ? (domain, name)
            : throw new FormatException($"'{key}' is not the key of a job");
    }

    /// <summary>Takes a capacity grain's key apart again.</summary>
    /// <exception cref="FormatException">The key was not made by <see cref="Capacity"/>.</exception>
    public static string ParseCapacity(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.StartsWith($"{CapacityKind}/", StringComparison.Ordinal)
            ? key[(CapacityKind.Length + 1)..]
            : throw new FormatException($"'{key}' is not the key of a capacity domain");
    }

    /// <summary>Takes a stage queue's key apart again.</summary>
    /// <exception cref="FormatException">The key was not made by <see cref="StageQueue"/>.</exception>
    public static string ParseStageQueue(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.StartsWith($"{StageQueueKind}/", StringComparison.Ordinal)
            ? key[(StageQueueKind.Length + 1)..]
            : throw new FormatException($"'{key}' is not the key of a stage queue");
    }

    /// <summary>
    /// A key as logs may have it: the number of a stage queue is a secret, and is left out.
    /// </summary>
    public static string ForLogs(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.StartsWith($"{StageQueueKind}/", StringComparison.Ordinal) ? $"{StageQueueKind}/…" : key;
    }
}
