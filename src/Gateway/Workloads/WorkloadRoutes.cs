using Microsoft.AspNetCore.Http;
using Sluice.Gateway.Access;
using Sluice.Gateway.Http;
using Sluice.Gateway.OpenApi;

namespace Sluice.Gateway.Workloads;

/// <summary>The routes of the workload manager.</summary>
internal static class WorkloadRoutes
{
    private const string Tag = "Workloads";

    public static IEnumerable<(RouteSpec Spec, RequestDelegate Handler)> All(WorkloadEndpoints workloads) =>
    [
        (new("POST", "/deploy", "Deploy", Tag, "Deploys a Pod, Job or PyTorchJob that Sluice runs.")
        {
            Role = AccessRole.Operate,
            Body = new(typeof(string), "application/yaml"),
            Responses =
            [
                new(200, typeof(DeployedJob), "The same manifest is deployed under that name already."),
                new(201, typeof(DeployedJob), "Recorded; it runs or waits."),
                ApiErrors.Invalid("The manifest cannot be taken; the error says why."),
                new(409, typeof(Error), "Another job has that name, or there are as many jobs as there may be."),
                ApiErrors.TooLarge, ApiErrors.Busy,
            ],
        }, workloads.DeployAsync),
        (new("POST", "/scale", "Scale", Tag, "Gives a job as many GPUs as fit; without a name, the best candidate.")
        {
            Role = AccessRole.Operate,
            Body = new(typeof(ScaleWish), "application/json", IsRequired: false),
            Responses =
            [
                new(200, typeof(ScaledJob), "What the job has now."), ApiErrors.Invalid(), ApiErrors.NoJob,
                new(409, typeof(Error), "The job is external, has ended, or waits."),
                ApiErrors.TooLarge, ApiErrors.Busy,
            ],
        }, workloads.ScaleAsync),
        (new("POST", "/api/v1/whatif", "WhatIf", Tag,
            "What would happen to a job and to the others if it came now; nothing of it is done.")
        {
            Role = AccessRole.Read,
            Parameters =
            [
                new(ParameterPlace.Query, "seconds", typeof(int),
                    "How long it trains with its least GPUs, 1 to 1,000,000,000; default: like the other jobs."),
            ],
            Body = new(typeof(string), "application/yaml"),
            Responses =
            [
                new(200, typeof(WhatIfItCame), "What would happen."),
                ApiErrors.Invalid("The manifest cannot be taken, or seconds is out of range."),
                new(409, typeof(Error), "It would be refused: there are as many jobs as there may be."),
                ApiErrors.TooLarge, ApiErrors.Busy,
            ],
        }, workloads.AskWhatIfAsync),
        (new("DELETE", "/delete", "Delete", Tag, "Ends and removes jobs.")
        {
            Role = AccessRole.Operate,
            Body = new(typeof(JobNamesToDelete), "application/json"),
            Responses =
            [
                new(200, typeof(Deletions), "One result a name, in their order."), ApiErrors.Invalid(),
                ApiErrors.TooLarge, ApiErrors.Busy,
            ],
        }, workloads.DeleteAsync),
    ];
}
