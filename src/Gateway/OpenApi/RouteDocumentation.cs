using System.Globalization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Sluice.Gateway.Access;
using Sluice.Gateway.Http;

namespace Sluice.Gateway.OpenApi;

/// <summary>Fills the OpenAPI document from the routes' own descriptions.</summary>
internal static class RouteDocumentation
{
    public static void Configure(OpenApiOptions options)
    {
        options.AddDocumentTransformer(static (document, context, cancellationToken) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "Sluice",
                Version = "1",
                Description = "Elastic GPU jobs. Errors are answered as {\"error\": text}. Where the server was "
                    + "started with tokens, requests carry one as Authorization: Bearer.",
            };
            // The address is wherever the reader got this document from.
            document.Servers?.Clear();
            return Task.CompletedTask;
        });
        options.AddOperationTransformer(DescribeAsync);
    }

    private static async Task DescribeAsync(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        if (context.Description.ActionDescriptor.EndpointMetadata.OfType<RouteSpec>().FirstOrDefault() is not { } route)
        {
            return;
        }

        operation.OperationId = route.Name;
        operation.Summary = route.Summary;
        operation.Tags = new HashSet<OpenApiTagReference> { new(route.Tag, context.Document) };
        operation.Description = route.Role is AccessRole.None
            ? "Needs no token."
            : $"Role: {route.Role.ToString().ToLowerInvariant()}.";
        operation.Parameters = [];
        foreach (var parameter in route.Parameters)
        {
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = parameter.Name,
                In = LocationOf(parameter.Place),
                Required = parameter.Place is ParameterPlace.Path,
                Description = parameter.Description,
                Schema = await SchemaAsync(parameter.Type, context, cancellationToken),
            });
        }

        if (route.Body is { } body)
        {
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = body.IsRequired,
                Content = await ContentAsync(body.ContentType, body.Type, context, cancellationToken),
            };
        }

        await DescribeResponsesAsync(operation, route, context, cancellationToken);
    }

    private static async Task DescribeResponsesAsync(
        OpenApiOperation operation,
        RouteSpec route,
        OpenApiOperationTransformerContext context,
        CancellationToken cancellationToken)
    {
        operation.Responses = [];
        IEnumerable<ResponseSpec> responses = route.Responses;
        if (!responses.Any(response => response.Status == 403))
        {
            responses = responses.Append(new(
                403, typeof(Error), "The request comes from a foreign web page, or the token's role is too low."));
        }

        if (route.Role is not AccessRole.None)
        {
            responses = responses.Append(new(401, typeof(Error), "A token is required and missing or not known."));
        }

        foreach (var response in responses.OrderBy(response => response.Status))
        {
            operation.Responses[response.Status.ToString(CultureInfo.InvariantCulture)] = new OpenApiResponse
            {
                Description = response.Description,
                Content = response.Type is { } type
                    ? await ContentAsync(response.ContentType, type, context, cancellationToken)
                    : null,
            };
        }
    }

    private static async Task<IDictionary<string, OpenApiMediaType>> ContentAsync(
        string contentType,
        Type type,
        OpenApiOperationTransformerContext context,
        CancellationToken cancellationToken) =>
        new Dictionary<string, OpenApiMediaType>
        {
            [contentType] = new() { Schema = await SchemaAsync(type, context, cancellationToken) },
        };

    private static async Task<IOpenApiSchema> SchemaAsync(
        Type type, OpenApiOperationTransformerContext context, CancellationToken cancellationToken) =>
        await context.GetOrCreateSchemaAsync(type, null, cancellationToken);

    private static ParameterLocation LocationOf(ParameterPlace place) => place switch
    {
        ParameterPlace.Path => ParameterLocation.Path,
        ParameterPlace.Query => ParameterLocation.Query,
        ParameterPlace.Header => ParameterLocation.Header,
        _ => throw new ArgumentOutOfRangeException(nameof(place), place, "no place of a parameter"),
    };
}
