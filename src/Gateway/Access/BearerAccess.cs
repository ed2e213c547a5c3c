using Microsoft.AspNetCore.Http;

namespace Sluice.Gateway.Access;

/// <summary>Finds the role of a request's bearer token.</summary>
internal sealed class BearerAccess(AuthTokens tokens, string? internalReportToken)
{
    private const string Scheme = "Bearer ";

    private readonly UInt128? _internalReport =
        internalReportToken is null ? null : AuthTokens.Digest(internalReportToken);

    /// <summary>The role; <see cref="AccessRole.None"/> where there is no token or it is not known.</summary>
    public AccessRole RoleOf(HttpContext context)
    {
        if (context.Request.Headers.Authorization is not [{ } value]
            || !value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return AccessRole.None;
        }

        var token = value.AsSpan(Scheme.Length).Trim();
        var role = tokens.RoleOf(token);
        if (role is not AccessRole.None || _internalReport is not { } internalReport) return role;
        return token.Length <= AuthTokens.MaxTokenLength && AuthTokens.Digest(token) == internalReport
            ? AccessRole.Report
            : AccessRole.None;
    }
}
