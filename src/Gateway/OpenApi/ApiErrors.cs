using Sluice.Gateway.Http;

namespace Sluice.Gateway.OpenApi;

/// <summary>The refusals that many routes have in common, as documented.</summary>
internal static class ApiErrors
{
    public static ResponseSpec NoJob { get; } = new(404, typeof(Error), "There is no such job.");

    public static ResponseSpec Conflict { get; } = new(409, typeof(Error), "The job's state does not allow it.");

    public static ResponseSpec TooLarge { get; } =
        new(413, typeof(Error), "The body is larger than 1 MiB, or the record would be larger than 64 KiB.");

    public static ResponseSpec Busy { get; } =
        new(503, typeof(Error), "What this needs does not answer now; Retry-After says when to come again.");

    public static ResponseSpec Invalid(
        string description = "A field is missing, of the wrong type or out of range.") =>
        new(400, typeof(Error), description);
}
