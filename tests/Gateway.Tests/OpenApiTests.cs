using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Gateway.Http;

namespace Sluice.Gateway.Tests;

public sealed partial class OpenApiTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>
{
    private static readonly string[] DocumentedPaths =
    [
        "POST /add_job", "PUT /update_last_checkpoint", "PUT /update_job_status", "PUT /update_job",
        "PUT /increment_restarts", "DELETE /delete_job", "GET /get_job/{job_name}", "GET /get_all_jobs",
        "GET /get_jobs_by_arrival", "GET /get_jobs_by_checkpoint_limit", "GET /get_jobs_by_difference/{x}",
        "GET /get_scale_down_jobs_by_checkpoint/{x}", "GET /api/v1/jobs/{name}",
        "GET /api/v1/jobs/{name}/explain", "GET /api/v1/jobs/{name}/logs", "POST /api/v1/whatif", "POST /deploy", "POST /scale", "DELETE /delete", "GET /freegpu", "GET /resourcequota/{namespace}",
        "GET /api/v1/capacity", "GET /api/v1/events", "GET /healthz", "GET /readyz", "GET /", "GET /init",
        "GET /init/{minutes}", "POST /set", "GET /get", "POST /get", "GET /get/{stage}", "GET /get/{stage}/{next}",
        "GET /update_job/{jobid}/{stage}", "POST /update_job/{jobid}/{stage}", "GET /check_stages",
        "GET /check_stages/{bad}/{redo}", "GET /lifetime", "POST /lifetime", "GET /lifetime/{stage}",
        "GET /lifetime/{stage}/{minutes}", "GET /metrics", "GET /api/v1/queue", "GET /api/v1/queue/jobs",
        "PUT /api/v1/queue/settings", "PUT /api/v1/queue/jobs/{jobid}/lease",
    ];

    private readonly TestGateway _gateway = fixture.Gateway;

    [Fact]
    public async Task The_document_has_every_route_and_no_other()
    {
        using var document = await ReadDocumentAsync();

        var operations = Operations(document).Select(operation => operation.Name).Order();
        Assert.Equal(DocumentedPaths.Order(), operations);
        var mapped = _gateway.Services.GetRequiredService<EndpointDataSource>().Endpoints
            .Select(endpoint => endpoint.Metadata.GetMetadata<RouteSpec>()).OfType<RouteSpec>()
            .Select(route => $"{route.Method} {route.Pattern.Replace("{*", "{", StringComparison.Ordinal)}").Order();
        Assert.Equal(DocumentedPaths.Order(), mapped);
    }

    [Fact]
    public async Task Every_operation_is_described_with_its_parameters_bodies_and_errors()
    {
        using var document = await ReadDocumentAsync();

        foreach (var (name, operation) in Operations(document))
        {
            Assert.NotEmpty(operation.GetProperty("summary").GetString()!);
            Assert.NotEmpty(operation.GetProperty("operationId").GetString()!);
            Assert.Single(operation.GetProperty("tags").EnumerateArray());
            // A heartbeat has nothing to say but that it is there.
            Assert.Equal(
                !name.StartsWith("GET", StringComparison.Ordinal) && !name.EndsWith("/lease", StringComparison.Ordinal),
                operation.TryGetProperty("requestBody", out _));
            var responses = operation.GetProperty("responses").EnumerateObject().ToList();
            Assert.Contains(responses, response => response.Name.StartsWith('2'));
            Assert.Contains(responses, response => response.Name == "403");
            Assert.All(responses, response => Assert.True(
                response.Value.GetProperty("content").EnumerateObject().First().Value.TryGetProperty("schema", out _),
                $"{name} {response.Name} has no schema"));
            foreach (Match match in PathParameter().Matches(name))
            {
                Assert.Contains(operation.GetProperty("parameters").EnumerateArray(), parameter =>
                    parameter.GetProperty("name").GetString() == match.Groups[1].Value
                    && parameter.GetProperty("in").GetString() == "path"
                    && parameter.GetProperty("required").GetBoolean());
            }
        }
    }

    [Fact]
    public async Task The_schema_of_a_job_has_the_documented_fields_in_their_order()
    {
        using var document = await ReadDocumentAsync();

        var get = Operations(document).Single(operation => operation.Name == "GET /get_job/{job_name}").Operation;
        var schema = Resolve(document, get.GetProperty("responses").GetProperty("200").GetProperty("content")
            .GetProperty("application/json").GetProperty("schema"));
        Assert.Equal(
            ["job_name", "gpu_req", "gpu_lim", "gpu_assigned", "replicas", "total_epochs", "job_arrival_time",
                "last_checkpoint_time", "completed_epochs", "time_bw_checkpoints", "status", "restarts"],
            schema.GetProperty("properties").EnumerateObject().Select(property => property.Name));
    }

    [Theory]
    [InlineData("/api/v1/jobs/{name}", "/api/v1/jobs/job_1")]
    [InlineData("/api/v1/capacity", "/api/v1/capacity")]
    [InlineData("/get_job/{job_name}", "/get_job/job_1")]
    [InlineData("/api/v1/events", "/api/v1/events")]
    [InlineData("/freegpu", "/freegpu")]
    [InlineData("/resourcequota/{namespace}", "/resourcequota/default")]
    [InlineData("/get/{stage}", "/get/0")]
    [InlineData("/check_stages", "/check_stages")]
    [InlineData("/check_stages/{bad}/{redo}", "/check_stages/1/0")]
    [InlineData("/api/v1/queue", "/api/v1/queue")]
    [InlineData("/api/v1/queue/jobs", "/api/v1/queue/jobs")]
    public async Task An_answer_has_the_fields_that_its_schema_names(string pattern, string path)
    {
        _gateway.Grains.Reset();
        _gateway.Grains.View = Samples.View;
        using var document = await ReadDocumentAsync();
        using var answer = JsonDocument.Parse((await _gateway.GetAsync(path, ("jobix", "42"))).Body);

        var get = Operations(document).Single(operation => operation.Name == $"GET {pattern}").Operation;
        var schema = get.GetProperty("responses").GetProperty("200").GetProperty("content")
            .GetProperty("application/json").GetProperty("schema");
        AssertDescribed(document, schema, answer.RootElement, "answer");
    }

    [Fact]
    public async Task The_schema_of_a_new_job_asks_for_what_is_required()
    {
        using var document = await ReadDocumentAsync();

        var add = Operations(document).Single(operation => operation.Name == "POST /add_job").Operation;
        var schema = Resolve(document, add.GetProperty("requestBody").GetProperty("content")
            .GetProperty("application/json").GetProperty("schema"));
        Assert.Equal(
            ["job_name", "gpu_req", "gpu_lim", "gpu_assigned"],
            schema.GetProperty("required").EnumerateArray().Select(name => name.GetString()));
    }

    [Fact]
    public async Task Every_reference_in_the_document_leads_somewhere()
    {
        using var document = await ReadDocumentAsync();

        foreach (Match reference in Reference().Matches(document.RootElement.GetRawText()))
        {
            var target = document.RootElement;
            foreach (var part in reference.Groups[1].Value.Split('/')) target = target.GetProperty(part);
            Assert.Equal(JsonValueKind.Object, target.ValueKind);
        }
    }

    [Fact]
    public async Task The_page_loads_all_that_it_needs_from_this_server()
    {
        var page = await _gateway.GetAsync("/api/spec.html");

        Assert.Equal((200, "text/html; charset=utf-8"), (page.Status, page.ContentHeaders.ContentType?.ToString()));
        Assert.DoesNotContain("//", page.Body, StringComparison.Ordinal);
        Assert.StartsWith(
            "default-src 'self';", Assert.Single(page.Headers.GetValues("Content-Security-Policy")),
            StringComparison.Ordinal);
        var links = Link().Matches(page.Body).Select(match => match.Groups[1].Value)
            .Where(link => link != "data:,").ToList();
        Assert.Equal(3, links.Count);
        foreach (var link in links)
        {
            var asset = await _gateway.GetAsync($"/api/{link}");
            Assert.Equal((link, 200), (link, asset.Status));
            Assert.NotEmpty(asset.Body);
        }

        var script = (await _gateway.GetAsync("/api/spec.js")).Body;
        Assert.Contains("\"../openapi/v1.json\"", script, StringComparison.Ordinal);
        Assert.Contains("validatorUrl: null", script, StringComparison.Ordinal);
        Assert.DoesNotContain("http", script, StringComparison.Ordinal);
    }

    private async Task<JsonDocument> ReadDocumentAsync()
    {
        var answer = await _gateway.GetAsync("/openapi/v1.json");
        Assert.Equal(200, answer.Status);
        return JsonDocument.Parse(answer.Body);
    }

    private static IEnumerable<(string Name, JsonElement Operation)> Operations(JsonDocument document) =>
        from path in document.RootElement.GetProperty("paths").EnumerateObject()
        from operation in path.Value.EnumerateObject()
        select ($"{operation.Name.ToUpperInvariant()} {path.Name}", operation.Value);

    private static void AssertDescribed(JsonDocument document, JsonElement schema, JsonElement value, string place)
    {
        schema = Resolve(document, schema);
        if (value.ValueKind is JsonValueKind.Array)
        {
            foreach (var item in value.EnumerateArray())
            {
                AssertDescribed(document, schema.GetProperty("items"), item, place + "[]");
            }
        }
        else if (value.ValueKind is JsonValueKind.Object && schema.TryGetProperty("properties", out var properties))
        {
            Assert.Equal(
                properties.EnumerateObject().Select(property => $"{place}.{property.Name}").Order(),
                value.EnumerateObject().Select(property => $"{place}.{property.Name}").Order());
            foreach (var property in value.EnumerateObject())
            {
                AssertDescribed(
                    document, properties.GetProperty(property.Name), property.Value, $"{place}.{property.Name}");
            }
        }
    }

    private static JsonElement Resolve(JsonDocument document, JsonElement schema) =>
        schema.TryGetProperty("$ref", out var reference)
            ? document.RootElement.GetProperty("components").GetProperty("schemas")
                .GetProperty(reference.GetString()!.Split('/')[^1])
            : schema;

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex PathParameter();

    [GeneratedRegex("\"\\$ref\":\\s*\"#/([^\"]+)\"")]
    private static partial Regex Reference();

    [GeneratedRegex("(?:src|href)=\"([^\"]+)\"")]
    private static partial Regex Link();
}
