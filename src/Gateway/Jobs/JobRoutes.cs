using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Access;
using Sluice.Gateway.Http;
using Sluice.Gateway.OpenApi;

namespace Sluice.Gateway.Jobs;

/// <summary>The routes of the job metadata service, and those beside it that tell more of one job.</summary>
internal static class JobRoutes
{
    private const string Tag = "Job metadata";

    private static readonly ParameterSpec Limit =
        new(ParameterPlace.Query, "limit", typeof(int), "The first n only; 1 or more.");

    public static IEnumerable<(RouteSpec Spec, RequestDelegate Handler)> Writes(JobWriteEndpoints jobs) =>
    [
        (Write("POST", "/add_job", "AddJob", "Adds a job that somebody else runs.", typeof(NewJob)) with
        {
            Responses =
            [
                new(201, typeof(JobResult), "Added."),
                ApiErrors.Invalid("A field is missing, of the wrong type or out of range, or the name is taken."),
                ApiErrors.TooLarge, ApiErrors.Busy,
            ],
        }, jobs.AddAsync),
        (Write("PUT", "/update_last_checkpoint", "UpdateLastCheckpoint",
            "Notes a checkpoint; a repeated or late notification changes nothing.", typeof(CheckpointNotification)) with
        {
            Role = AccessRole.Report,
        }, jobs.UpdateCheckpointAsync),
        (Write("PUT", "/update_job_status", "UpdateJobStatus", "Sets a job's status.", typeof(StatusChange)) with
        {
            Role = AccessRole.Report,
        }, jobs.UpdateStatusAsync),
        (Write("PUT", "/update_job", "UpdateJob", "Replaces fields of a job.", typeof(JobChange)), jobs.UpdateAsync),
        (Write("PUT", "/increment_restarts", "IncrementRestarts", "Counts one restart of a job.", typeof(JobName)) with
        {
            Role = AccessRole.Report,
            Parameters =
            [
                new(ParameterPlace.Header, "Idempotency-Key", typeof(string),
                    "1 to 255 printable characters. A repeat within 24 hours gets the first answer. The last 64 keys "
                    + "of each job are remembered, and a key counts for one job: with another job it is another key."),
            ],
            Responses =
            [
                new(200, typeof(UpdatedJob), "Counted."), ApiErrors.Invalid(), ApiErrors.NoJob, ApiErrors.TooLarge,
                new(422, typeof(Error), "The key was used for another request."), ApiErrors.Busy,
            ],
        }, jobs.IncrementRestartsAsync),
        (Write("DELETE", "/delete_job", "DeleteJob", "Removes a job.", typeof(JobName)) with
        {
            Responses =
            [
                new(200, typeof(Message), "Removed."), ApiErrors.Invalid(), ApiErrors.NoJob, ApiErrors.Conflict,
                ApiErrors.TooLarge, ApiErrors.Busy,
            ],
        }, jobs.DeleteAsync),
    ];

    public static IEnumerable<(RouteSpec Spec, RequestDelegate Handler)> Reads(JobReadEndpoints jobs) =>
    [
        (Read("/get_job/{job_name}", "GetJob", "One job.") with
        {
            Parameters = [new(ParameterPlace.Path, "job_name", typeof(string), "The job's name, percent-encoded.")],
            Responses = [new(200, typeof(Job), "The job."), ApiErrors.NoJob, ApiErrors.Busy],
        }, jobs.GetAsync),
        (Read("/get_all_jobs", "GetAllJobs", "Every job, completed ones too, in the order they were added."),
            jobs.ListAllAsync),
        (Read("/get_jobs_by_arrival", "GetJobsByArrival", "Jobs that are not completed, earliest arrival first."),
            jobs.ListByArrivalAsync),
        (Read("/get_jobs_by_checkpoint_limit", "GetJobsByCheckpointLimit",
            "Jobs that can use more GPUs, latest checkpoint first."), jobs.ListScaleUpCandidatesAsync),
        (ReadBy("/get_jobs_by_difference/{x}", "GetJobsByDifference",
            "Jobs that can use exactly x more GPUs, latest checkpoint first."), jobs.ListByDifferenceAsync),
        (ReadBy("/get_scale_down_jobs_by_checkpoint/{x}", "GetScaleDownJobsByCheckpoint",
            "Jobs that can give x GPUs or more, latest checkpoint first."), jobs.ListScaleDownCandidatesAsync),
    ];

    public static IEnumerable<(RouteSpec Spec, RequestDelegate Handler)> Details(JobDetailEndpoints jobs) =>
    [
        (new("GET", "/api/v1/jobs/{name}", "DescribeJob", "Jobs", "All that is known of a job.")
        {
            Role = AccessRole.Read,
            Parameters = [NameInPath],
            Responses = [new(200, typeof(JobDetails), "The job."), ApiErrors.NoJob, ApiErrors.Busy],
        }, jobs.DescribeAsync),
        (new("GET", "/api/v1/jobs/{name}/explain", "ExplainJob", "Jobs",
            "Why a job is where it is: its place in the queue, its start and end as estimated, what was decided.")
        {
            Role = AccessRole.Read,
            Parameters = [NameInPath],
            Responses = [new(200, typeof(ExplainedJob), "The job."), ApiErrors.NoJob, ApiErrors.Busy],
        }, jobs.ExplainAsync),
        (new("GET", "/api/v1/jobs/{name}/logs", "ReadJobLogs", "Jobs",
            "The output of a managed job; the header Sluice-Next-Offset says where to go on.")
        {
            Role = AccessRole.Read,
            Parameters =
            [
                NameInPath,
                new(ParameterPlace.Query, "rank", typeof(int), "The replica, from 0; default 0."),
                new(ParameterPlace.Query, "offset", typeof(long), "Bytes from the beginning; default 0."),
                new(ParameterPlace.Query, "max", typeof(int), "Bytes, 1 to 1,048,576; default 65,536."),
            ],
            Responses =
            [
                new(200, typeof(string), "The bytes; none at the end of what is there.", "text/plain"),
                ApiErrors.Invalid("rank, offset or max is out of range."),
                new(404, typeof(Error), "There is no such job, or no output of it here."), ApiErrors.Busy,
            ],
        }, jobs.ReadLogsAsync),
    ];

    private static ParameterSpec NameInPath { get; } =
        new(ParameterPlace.Path, "name", typeof(string), "The job's name, percent-encoded.");

    private static RouteSpec Write(string method, string pattern, string name, string summary, Type body) =>
        new(method, pattern, name, Tag, summary)
        {
            Role = AccessRole.Operate,
            Body = new(body, "application/json"),
            Responses =
            [
                new(200, typeof(UpdatedJob), "The job as it now is."), ApiErrors.Invalid(), ApiErrors.NoJob,
                ApiErrors.Conflict, ApiErrors.TooLarge, ApiErrors.Busy,
            ],
        };

    private static RouteSpec Read(string pattern, string name, string summary) =>
        new("GET", pattern, name, Tag, summary)
        {
            Role = AccessRole.Read,
            Parameters = [Limit],
            Responses =
            [
                new(200, typeof(IReadOnlyList<Job>), "The jobs; an empty array where none match."),
                ApiErrors.Invalid("limit is no integer of 1 or more."), ApiErrors.Busy,
            ],
        };

    private static RouteSpec ReadBy(string pattern, string name, string summary) =>
        Read(pattern, name, summary) with
        {
            Parameters = [new(ParameterPlace.Path, "x", typeof(long), "GPUs; 0 or more."), Limit],
            Responses =
            [
                new(200, typeof(IReadOnlyList<Job>), "The jobs; an empty array where none match."),
                ApiErrors.Invalid("x or limit is not as it must be."), ApiErrors.Busy,
            ],
        };
}
