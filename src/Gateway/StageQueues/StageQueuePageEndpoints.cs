using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Sluice.Gateway.Http;
using Sluice.Gateway.Pages;
using Sluice.Grains.Interfaces.StageQueues;

namespace Sluice.Gateway.StageQueues;

/// <summary>
/// Shows a list to whoever knows its number, which comes in the header <c>jobix</c>, or out of the form that a browser
/// gets.
/// </summary>
internal sealed class StageQueuePageEndpoints(GrainCalls calls, StageListAccess lists)
{
    private const int MaxFormBytes = 4096;

    public Task ShowJobsAsync(HttpContext context) =>
        ShowAsync(context, "Jobs and their progress", "get", ReadJobsPageAsync);

    public Task ShowLifetimesAsync(HttpContext context) =>
        ShowAsync(context, "Lifetimes", "lifetime", ReadLifetimesPageAsync);

    private async Task ShowAsync(
        HttpContext context, string title, string path, Func<StageList, Task<HtmlPage>> read)
    {
        var text = HttpMethods.IsPost(context.Request.Method) ? await ReadFormAsync(context) : null;
        var problem = text is null ? ListNumber.Read(context, out var number)
            : ListNumber.TryParse(text, out number) ? null
            : ListNumber.Wrong;
        if (problem is not null)
        {
            await RefuseAsync(context, StatusCodes.Status403Forbidden, title, path, problem);
            return;
        }

        var list = new StageList(number, CallerAddress.Of(context));
        if (await lists.AdmitAsync(list, creates: false) is { } wait)
        {
            StageListAccess.SetRetryAfter(context, wait);
            await RefuseAsync(
                context, StatusCodes.Status429TooManyRequests, title, path, StageListAccess.TooManyNumbers);
            return;
        }

        await (await read(list)).SendAsync(context, StatusCodes.Status200OK);
    }

    private static Task RefuseAsync(HttpContext context, int status, string title, string path, string problem)
    {
        if (HtmlPage.IsAskedFor(context))
        {
            // Whoever has just come has done nothing wrong yet.
            var shown = problem == ListNumber.Missing ? null : problem;
            return StageQueuePages.Form(title, path, shown).SendAsync(context, status);
        }

        StageListAccess.NoStore(context);
        TextResponse.Send(context, status, problem);
        return Task.CompletedTask;
    }

    /// <summary>The number as it was typed in; null: the form has none.</summary>
    private static async ValueTask<string?> ReadFormAsync(HttpContext context)
    {
        using var body = await RequestBody.ReadAsync(context, MaxFormBytes);
        var fields = QueryHelpers.ParseQuery(Encoding.UTF8.GetString(body.Bytes));
        return fields.TryGetValue(ListNumber.Header, out var texts) ? texts.ToString() : null;
    }

    private async Task<HtmlPage> ReadLifetimesPageAsync(StageList list) =>
        StageQueuePages.Lifetimes(await calls.CallAsync(
            list.Key, 0, static (IStageQueueGrain grain, int _) => grain.GetLifetimesAsync()));

    private async Task<HtmlPage> ReadJobsPageAsync(StageList list)
    {
        var progress = await calls.CallAsync(
            list.Key, 0, static (IStageQueueGrain grain, int _) => grain.GetProgressAsync());
        var jobs = await ReadJobsAsync(list, isFlagged: false);
        var expired = progress.FlaggedCount == 0 ? new([], null) : await ReadJobsAsync(list, isFlagged: true);
        return StageQueuePages.Jobs(progress, jobs, expired);
    }

    private ValueTask<StageJobPage> ReadJobsAsync(StageList list, bool isFlagged) => calls.CallAsync(
        list.Key, new StageJobQuery { Max = StageQueuePages.MaxRows, IsFlagged = isFlagged },
        static (IStageQueueGrain grain, StageJobQuery query) => grain.ReadJobsAsync(query));
}
