using Sluice.Gateway.Access;

namespace Sluice.Gateway.Http;

/// <summary>
/// What is documented of one route; one source for routing, for who may call it, for metrics and for the OpenAPI
/// document. A route says nothing of content types to the router, which would look at them.
/// </summary>
internal sealed record RouteSpec(string Method, string Pattern, string Name, string Tag, string Summary)
{
    /// <summary>The role that a caller needs; <see cref="AccessRole.None"/>: open to all.</summary>
    public required AccessRole Role { get; init; }

    /// <summary>True: a GET that changes something. A HEAD, which a GET serves otherwise, is refused.</summary>
    public bool HasEffect { get; init; }

    /// <summary>The methods that its path has, as the header Allow names them.</summary>
    public string Allow { get; init; } = Method;

    /// <summary>True: also served on the monitoring port.</summary>
    public bool IsMonitoring { get; init; }

    public IReadOnlyList<ParameterSpec> Parameters { get; init; } = [];

    public BodySpec? Body { get; init; }

    public required IReadOnlyList<ResponseSpec> Responses { get; init; }
}

internal enum ParameterPlace
{
    None = 0,
    Path = 1,
    Query = 2,
    Header = 3,
}

/// <summary>A parameter of a route, as documented.</summary>
internal sealed record ParameterSpec(ParameterPlace Place, string Name, Type Type, string Description);

/// <summary>The body of a request, as documented.</summary>
internal sealed record BodySpec(Type Type, string ContentType, bool IsRequired = true);

/// <summary>One answer of a route, as documented; no type: no body that a schema describes.</summary>
internal sealed record ResponseSpec(
    int Status, Type? Type, string Description, string ContentType = "application/json");
