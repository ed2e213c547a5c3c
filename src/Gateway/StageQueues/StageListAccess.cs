using System.Globalization;
using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Http;

namespace Sluice.Gateway.StageQueues;

/// <summary>Lets a request in to the list whose number it carries, or answers why not.</summary>
internal sealed class StageListAccess(GuessLimit guesses)
{
    public const string TooManyNumbers = "too many numbers that name no list were tried from this address; wait";
    public const string TooManyLists = "too many lists were created from this address; wait";

    /// <summary>Looks at the number first, then at what else is wrong, then at the limits.</summary>
    /// <param name="context">The request.</param>
    /// <param name="problem">What else is wrong with it; null: nothing.</param>
    /// <param name="creates">True: the request makes the list where there is none.</param>
    /// <returns>Null: the request has been answered.</returns>
    public async ValueTask<StageList?> OpenAsync(HttpContext context, string? problem, bool creates = false)
    {
        NoStore(context);
        if (ListNumber.Read(context, out var number) is { } noNumber)
        {
            TextResponse.Send(context, StatusCodes.Status403Forbidden, noNumber);
            return null;
        }

        if (problem is not null)
        {
            JsonResponse.SendError(context, StatusCodes.Status400BadRequest, problem);
            return null;
        }

        var list = new StageList(number, CallerAddress.Of(context));
        if (await AdmitAsync(list, creates) is not { } wait) return list;
        SetRetryAfter(context, wait);
        JsonResponse.SendError(
            context, StatusCodes.Status429TooManyRequests, creates ? TooManyLists : TooManyNumbers);
        return null;
    }

    /// <summary>Looks at the limits alone.</summary>
    /// <returns>Null: the list may be used. Otherwise, how long to wait.</returns>
    public ValueTask<TimeSpan?> AdmitAsync(StageList list, bool creates) =>
        guesses.AdmitAsync(list.Caller, list.Number, creates);

    /// <summary>Notes that something was stored in the list by this caller.</summary>
    public void Remember(StageList list) => guesses.Remember(list.Caller, list.Number);

    /// <summary>The path does not name the list, so what one list answered must not be kept for another.</summary>
    public static void NoStore(HttpContext context) => context.Response.Headers.CacheControl = "no-store";

    /// <summary>Whole seconds, at least one.</summary>
    public static void SetRetryAfter(HttpContext context, TimeSpan wait) => context.Response.Headers.RetryAfter =
        Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
}
