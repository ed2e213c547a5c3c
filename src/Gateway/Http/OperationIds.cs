using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace Sluice.Gateway.Http;

/// <summary>
/// Gives each HTTP request the operation id that all calls made for it carry, so that a retry is told from a second
/// request. A prefix that no other process has and a counter: cheaper than a random id a request, and as unique.
/// </summary>
internal sealed class OperationIds
{
    /// <summary>Characters of an <c>Idempotency-Key</c>.</summary>
    public const int MaxKeyLength = 255;

    private readonly string _prefix = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
    private long _last;

    public string Next() =>
        string.Create(CultureInfo.InvariantCulture, $"{_prefix}-{Interlocked.Increment(ref _last):x}");

    /// <summary>Reads the caller's own key, where there is one.</summary>
    /// <returns>Null, or why it cannot be taken.</returns>
    public static string? ReadKey(HttpContext context, out string? key)
    {
        var values = context.Request.Headers["Idempotency-Key"];
        key = values.Count == 0 ? null : values[0];
        return values.Count == 0
            || (values.Count == 1 && key is { Length: > 0 and <= MaxKeyLength }
                && !key.AsSpan().ContainsAnyExceptInRange(' ', '~'))
            ? null
            : $"Idempotency-Key must be 1 to {MaxKeyLength} printable ASCII characters, given once";
    }
}
