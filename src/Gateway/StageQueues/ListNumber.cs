using Microsoft.AspNetCore.Http;

namespace Sluice.Gateway.StageQueues;

/// <summary>Reads the secret integer that names a list.</summary>
internal static class ListNumber
{
    public const string Header = "jobix";

    /// <summary>Digits as they are written, zeros in front included.</summary>
    public const int MaxDigits = 78;

    public const string Missing = "jobix is missing: send the number of your list, an integer, as the header jobix";
    public const string Wrong = "jobix must be an integer of at most 78 digits, the number of your list";

    /// <summary>Reads the header.</summary>
    /// <returns>Null, or why there is no number.</returns>
    public static string? Read(HttpContext context, out string number)
    {
        var values = context.Request.Headers[Header];
        number = "";
        if (values.Count == 0) return Missing;
        return values.Count == 1 && TryParse(values[0], out number) ? null : Wrong;
    }

    /// <summary>Decimal, with an optional sign and blanks around it.</summary>
    /// <param name="text">Such as <c>42</c>, <c>+7</c> or <c> -007</c>.</param>
    /// <param name="number">The one way to write that number: <c>42</c>, <c>7</c>, <c>-7</c>.</param>
    public static bool TryParse(ReadOnlySpan<char> text, out string number)
    {
        number = "";
        text = text.Trim(" \t");
        var isNegative = text.StartsWith("-");
        if (isNegative || text.StartsWith("+")) text = text[1..];
        if (text.Length is 0 or > MaxDigits || text.ContainsAnyExceptInRange('0', '9')) return false;
        text = text.TrimStart('0');
        number = text.IsEmpty ? "0" : isNegative ? $"-{text}" : text.ToString();
        return true;
    }
}
