using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Sluice.Gateway.Http;

/// <summary>Reads whole numbers out of paths and query strings: digits only, no sign, no fraction.</summary>
internal static class QueryNumber
{
    /// <summary>Reads a number of the query string.</summary>
    /// <returns>Null, or why it cannot be taken.</returns>
    public static string? Read(
        HttpContext context, string name, long defaultValue, long min, long max, out long value)
    {
        value = defaultValue;
        if (!context.Request.Query.TryGetValue(name, out var texts)) return null;
        return texts is [{ } text] && TryParse(text, out value) && value >= min && value <= max
            ? null
            : max == long.MaxValue
                ? $"{name} must be an integer of {min} or more"
                : $"{name} must be an integer of {min} to {max}";
    }

    /// <summary>Reads <c>?limit=n</c>.</summary>
    /// <returns>Null, or why it cannot be taken.</returns>
    public static string? ReadLimit(HttpContext context, out int? limit)
    {
        limit = null;
        if (!context.Request.QueryString.HasValue) return null;
        var problem = Read(context, "limit", defaultValue: 0, min: 1, max: long.MaxValue, out var value);
        // More than there can be jobs means all of them.
        if (problem is null && value > 0) limit = (int)Math.Min(value, int.MaxValue);
        return problem;
    }

    public static bool TryParse(string? text, out long value) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
