namespace Sluice.BlackBox.Tests.Rules;

/// <summary>The pages and documents beside the documented paths.</summary>
public sealed class ApiPageTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private readonly ApiClient _api = shared.Api;

    [Fact]
    public async Task Every_documented_path_is_in_the_OpenAPI_document()
    {
        var paths = (await _api.GetAsync("/openapi/v1.json")).Must(HttpStatusCode.OK).Json["paths"]!.AsObject();
        foreach (var (method, path) in new[]
        {
            ("post", "/add_job"), ("put", "/update_last_checkpoint"), ("put", "/update_job_status"),
                ("put", "/update_job"),
            ("put", "/increment_restarts"), ("delete", "/delete_job"), ("get", "/get_job/{job_name}"),
                ("get", "/get_all_jobs"),
            ("get", "/get_jobs_by_arrival"), ("get", "/get_jobs_by_checkpoint_limit"),
                ("get", "/get_jobs_by_difference/{x}"),
            ("get", "/get_scale_down_jobs_by_checkpoint/{x}"), ("post", "/deploy"), ("post", "/scale"),
                ("delete", "/delete"),
            ("get", "/freegpu"), ("get", "/resourcequota/{namespace}"), ("get", "/healthz"), ("get", "/readyz"),
        })
        {
            Assert.True(paths[path]?[method] is not null, $"{method} {path}");
        }
    }

    [Fact]
    public async Task The_API_page_needs_nothing_from_another_host()
    {
        var page = (await _api.GetAsync("/api/spec.html")).Must(HttpStatusCode.OK).Text;

        Assert.Contains("<html", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotMatch("(src|href)=[\"']?(https?:)?//", page);
    }

    [Fact]
    public async Task A_live_and_ready_server_says_so()
    {
        (await _api.GetAsync("/healthz")).Must(HttpStatusCode.OK);
        (await _api.GetAsync("/readyz")).Must(HttpStatusCode.OK);
    }
}
