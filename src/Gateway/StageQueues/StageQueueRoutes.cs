using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Access;
using Sluice.Gateway.Http;
using Sluice.Gateway.OpenApi;

namespace Sluice.Gateway.StageQueues;

/// <summary>The routes of the stage queue, and what goes beyond the original's.</summary>
internal static class StageQueueRoutes
{
    private const string Tag = "Stage queue";

    private static readonly ParameterSpec Jobix = new(
        ParameterPlace.Header, ListNumber.Header, typeof(long), "The list's secret number, of at most 78 digits.");

    private static readonly ParameterSpec Key = new(
        ParameterPlace.Header, "Idempotency-Key", typeof(string),
        "1 to 255 printable characters. A repeat within 24 hours gets the first answer.");

    private static readonly ParameterSpec Lease = new(
        ParameterPlace.Header, StageRequestChecks.LeaseHeader, typeof(string), "What /get answered as Lease.");

    private static readonly ParameterSpec LeaseSeconds = new(
        ParameterPlace.Header, StageRequestChecks.LeaseSecondsHeader, typeof(double),
        "1 to 86,400: the hand-out is taken back after so many seconds unless the lease is extended.");

    private static readonly ParameterSpec Stage = StageOf("stage", "The stage.");

    private static readonly ParameterSpec JobId =
        new(ParameterPlace.Path, "jobid", typeof(long), "The job; unique in its list.");

    private static readonly ResponseSpec Invalid =
        ApiErrors.Invalid("A value in the path, a header or the body is not as it must be; the error names it.");

    private static readonly ResponseSpec NoNumber = new(
        403, typeof(string), "jobix is missing or no integer; or the request comes from a foreign web page, or the "
            + "token's role is too low, which is said as JSON.", "text/plain");

    private static readonly ResponseSpec TooMany = new(
        429, typeof(Error),
        "Too many numbers that name no list came from this address; Retry-After says when to go on.");

    private static readonly ResponseSpec LeaseOver =
        new(409, typeof(Error), "The lease is over: the job was taken back, and may be with another worker.");

    private static readonly ResponseSpec KeyReused =
        new(422, typeof(Error), "The key was used for another request.");

    public static IEnumerable<(RouteSpec Spec, RequestDelegate Handler)> Masters(MasterEndpoints masters) =>
    [
        (Get("/init/{*minutes}", "InitLifetimes", "Sets the lifetimes of the stages where the list has none.") with
        {
            Role = AccessRole.Operate,
            HasEffect = true,
            Parameters =
            [
                Jobix,
                new(ParameterPlace.Path, "minutes", typeof(string),
                    "Minutes of stage 0, 1, … with slashes in between; 0 to 1e9, fractions too, 0 = no limit."),
            ],
            Responses = Answers(new(200, typeof(Dictionary<string, double>), "Minutes by stage, as they are now.")),
        }, masters.InitializeAsync),
        (new("POST", "/set", "SetJobs", Tag, "Adds the jobs whose id is new; all of them or none.")
        {
            Role = AccessRole.Operate,
            Parameters = [Jobix],
            Body = new(typeof(Dictionary<string, StageJobToAdd>), "application/json"),
            Responses = Answers(
                new(200, typeof(string), "Accepted to <jobix>!", "text/plain"),
                new ResponseSpec(413, typeof(Error),
                    "The body has more than 64 MiB, packed or not, a command more than 64 KiB; or the list would hold "
                    + "more than it may.")),
        }, masters.SetAsync),
        (Get("/lifetime/{stage}/{minutes}", "SetLifetime", "Sets the lifetime of a stage.") with
        {
            Role = AccessRole.Operate,
            HasEffect = true,
            Parameters =
            [
                Jobix, Stage,
                new(ParameterPlace.Path, "minutes", typeof(double), "0 to 1e9, fractions too, 0 = no limit."),
            ],
            Responses = Answers(new(200, typeof(double), "The new lifetime, minutes.")),
        }, masters.SetLifetimeAsync),
        (Get("/check_stages/{bad}/{redo}", "RedoStage", "Moves the jobs of a stage that are over their time.") with
        {
            Role = AccessRole.Operate,
            HasEffect = true,
            Parameters =
            [
                Jobix, StageOf("bad", "The stage they are in."), StageOf("redo", "Where they wait from now on."),
            ],
            Responses = Answers(new(200, typeof(StageRedoResult), "What was found, and how many were moved.")),
        }, masters.RedoAsync),
        (new("PUT", "/api/v1/queue/settings", "SetQueueSettings", Tag, "Sets what a list does by itself.")
        {
            Role = AccessRole.Operate,
            Parameters = [Jobix],
            Body = new(typeof(QueueSettingsChange), "application/json"),
            Responses = Answers(new(200, typeof(QueueSettings), "What holds now."), ApiErrors.TooLarge),
        }, masters.SetSettingsAsync),
    ];

    public static IEnumerable<(RouteSpec Spec, RequestDelegate Handler)> Workers(WorkerEndpoints workers) =>
    [
        (HandOut("/get/{stage}", "GetStageJob", "Hands out the first job that waits in a stage.", []),
            workers.HandOutAsync),
        (HandOut(
            "/get/{stage}/{next}", "GetStageJobInto", "The same, but moves the job to the stage that is named.",
            [StageOf("next", "Where the job is from now on.")]), workers.HandOutAsync),
        (Update("GET", "UpdateStageJob", "Moves a job to a stage, where it waits or is done."), workers.UpdateAsync),
        (Update("POST", "UpdateStageJobFields", "The same, and replaces its save path and command.") with
        {
            Body = new(typeof(StageJobChange), "application/json", IsRequired: false),
        }, workers.UpdateFromBodyAsync),
        (new("PUT", "/api/v1/queue/jobs/{jobid}/lease", "ExtendLease", Tag, "Says that a worker is alive.")
        {
            Role = AccessRole.Report,
            Parameters = [Jobix, JobId, Lease, LeaseSeconds],
            Responses = Answers(
                new(200, typeof(LeaseLeft), "How long the lease lasts from now on."), ApiErrors.NoJob, LeaseOver),
        }, workers.ExtendLeaseAsync),
    ];

    public static IEnumerable<(RouteSpec Spec, RequestDelegate Handler)> Reads(ReadEndpoints reads) =>
    [
        (Get("/init", "GetLifetimes", "The lifetimes of the stages.") with
        {
            Responses = Answers(new(200, typeof(Dictionary<string, double>), "Minutes by stage; 0 = no limit.")),
        }, reads.GetLifetimesAsync),
        (Get("/lifetime/{stage}", "GetLifetime", "The lifetime of a stage.") with
        {
            Parameters = [Jobix, Stage],
            Responses = Answers(new(200, typeof(double), "Minutes; 0 = no limit, also where none was set.")),
        }, reads.GetLifetimeAsync),
        (Get("/check_stages", "CheckStages", "Asks whether any job is over its time.") with
        {
            Responses = Answers(new(200, typeof(StageCheckResult), "0 where any is, otherwise 1.")),
        }, reads.CheckAsync),
        (Get("/api/v1/queue", "GetQueue", "How far a list is.") with
        {
            Responses = Answers(new(200, typeof(QueueProgress), "The list.")),
        }, reads.GetProgressAsync),
        (Get("/api/v1/queue/jobs", "GetQueueJobs", "The jobs of a list by id, a page at a time.") with
        {
            Parameters =
            [
                Jobix,
                new(ParameterPlace.Query, "after", typeof(long), "Those with higher ids: next of the page before."),
                new(ParameterPlace.Query, "max", typeof(int), "1 to 10,000; default 1,000."),
                new(ParameterPlace.Query, "stage", typeof(int), "Only those in this stage."),
                new(ParameterPlace.Query, "flagged", typeof(bool), "true: only those over their time."),
            ],
            Responses = Answers(new(200, typeof(QueueJobPage), "The page.")),
        }, reads.ReadJobsAsync),
    ];

    public static IEnumerable<(RouteSpec Spec, RequestDelegate Handler)> Pages(StageQueuePageEndpoints pages) =>
    [
        (Page("GET", "/get", "ShowQueue", "The web page of a list's jobs and progress."), pages.ShowJobsAsync),
        (Page("POST", "/get", "ShowQueueOfForm", "The same, for the form of a browser."), pages.ShowJobsAsync),
        (Page("GET", "/lifetime", "ShowLifetimes", "The web page of a list's lifetimes."), pages.ShowLifetimesAsync),
        (Page("POST", "/lifetime", "ShowLifetimesOfForm", "The same, for the form of a browser."),
            pages.ShowLifetimesAsync),
    ];

    private static RouteSpec Get(string pattern, string name, string summary) =>
        new("GET", pattern, name, Tag, summary) { Role = AccessRole.Read, Parameters = [Jobix], Responses = [] };

    private static RouteSpec HandOut(
        string pattern, string name, string summary, IReadOnlyList<ParameterSpec> parameters) =>
        Get(pattern, name, summary) with
        {
            Role = AccessRole.Report,
            HasEffect = true,
            Parameters = [Jobix, Stage, .. parameters, LeaseSeconds, Key],
            Responses = Answers(
                new(200, typeof(StageJobHandedOut),
                    "The job, with its lease as the header Lease; the text \"nada\" where none waits."),
                KeyReused),
        };

    private static RouteSpec Update(string method, string name, string summary) =>
        new(method, "/update_job/{jobid}/{stage}", name, Tag, summary)
        {
            Role = AccessRole.Report,
            HasEffect = true,
            Parameters = [Jobix, JobId, Stage, Lease, Key],
            Responses = Answers(
                new(200, typeof(string),
                    "Success, job <jobid> was updated to stage <stage>! Or, without Lease, that there is no such job.",
                    "text/plain"),
                new(404, typeof(string), "No job <jobid> in this list, nothing was updated!", "text/plain"),
                LeaseOver,
                new(413, typeof(Error),
                    "The body has more than 1 MiB, packed or not; the command more than 64 KiB; or the list would "
                    + "hold more than it may."),
                KeyReused),
        };

    private static RouteSpec Page(string method, string pattern, string name, string summary) =>
        new(method, pattern, name, Tag, summary)
        {
            Role = AccessRole.Read,
            Parameters = [Jobix],
            Body = method == "POST" ? new(typeof(ListNumberForm), "application/x-www-form-urlencoded") : null,
            Responses =
            [
                new(200, typeof(string), "The page.", "text/html"),
                new(403, typeof(string), "A browser gets a form that asks for the number.", "text/html"),
                new(429, typeof(string), TooMany.Description, "text/html"), ApiErrors.Busy,
            ],
        };

    private static ParameterSpec StageOf(string name, string description) =>
        new(ParameterPlace.Path, name, typeof(int), $"{description} 0 to 10,000.");

    private static IReadOnlyList<ResponseSpec> Answers(ResponseSpec done, params ResponseSpec[] refusals) =>
        [done, .. refusals, Invalid, NoNumber, TooMany, ApiErrors.Busy];
}
