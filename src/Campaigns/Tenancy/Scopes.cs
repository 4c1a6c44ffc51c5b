using System.Security.Claims;
using Campaigns.Http;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Campaigns.Tenancy;

/// <summary>What a key may do. Each includes those before it. Stored in events: members may be added, never renamed.</summary>
public enum KeyScope
{
    /// <summary>See everything of the organisation.</summary>
    Read,

    /// <summary>And write: contacts, templates, campaigns, messages.</summary>
    Send,

    /// <summary>And what concerns the organisation itself: its settings, keys and credentials, and the erasure of people.</summary>
    Admin,
}

/// <summary>
/// On an endpoint or a page: the scope that it needs. Without it, reading needs <see cref="KeyScope.Read"/> and all else
/// <see cref="KeyScope.Send"/>.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class RequiredScopeAttribute(KeyScope scope) : Attribute
{
    public KeyScope Scope => scope;
}

public static class Scopes
{
    internal const string Claim = "scope";

    public static TBuilder RequireScope<TBuilder>(this TBuilder endpoint, KeyScope scope)
        where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new RequiredScopeAttribute(scope));

    /// <summary>Also asks that the caller's key goes far enough for the endpoint.</summary>
    public static AuthorizationPolicyBuilder RequireScope(this AuthorizationPolicyBuilder policy) => policy.AddRequirements(new ScopeRequirement());

    /// <summary>What a request needs.</summary>
    public static KeyScope Needed(HttpContext http) => http.GetEndpoint()?.Metadata.GetMetadata<RequiredScopeAttribute>()?.Scope
        ?? (HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method) ? KeyScope.Read : KeyScope.Send);

    public static KeyScope Scope(this ClaimsPrincipal user) =>
        Enum.TryParse<KeyScope>(user.FindFirstValue(Claim), out var scope) ? scope : KeyScope.Read;

    /// <summary>The answer to a key that does not go far enough.</summary>
    public static IResult Refuse(HttpContext http)
    {
        var (has, needed) = (Words(http.User.Scope()), Words(Needed(http)));
        return Problems.Problem(
            "scope-insufficient", $"This key has the scope '{has}'; {http.Request.Method} {http.Request.Path} needs '{needed}'. Use a key that has it.",
            StatusCodes.Status403Forbidden, ("scope", has), ("needed", needed));
    }

    static string Words(KeyScope scope) => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(scope.ToString());
}

sealed class ScopeRequirement : IAuthorizationRequirement;

sealed class ScopeHandler : AuthorizationHandler<ScopeRequirement>
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, ScopeRequirement requirement)
    {
        if (context.Resource is HttpContext http && context.User.Identity?.IsAuthenticated == true && context.User.Scope() >= Scopes.Needed(http))
        {
            context.Succeed(requirement);
        }

        return Task.CompletedTask;
    }
}
