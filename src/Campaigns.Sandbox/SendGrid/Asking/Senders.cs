using System.Text.Json;
using Campaigns.Sandbox.SendGrid.Accepting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Sandbox.SendGrid.Asking;

/// <summary>Who may send: <c>GET /v3/verified_senders</c> and <c>GET /v3/whitelabel/domains</c>.</summary>
sealed class Senders(SandboxOptions options, ArrivalLog arrivals)
{
    const string Unverified = "unverified";

    static readonly JsonSerializerOptions json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public void Map(IEndpointRouteBuilder routes, ApiKey key)
    {
        routes.MapGet("/v3/verified_senders", key.Require(List));
        routes.MapGet("/v3/whitelabel/domains", key.Require(Domains));
    }

    /// <summary>Every domain is taken on trust but those that say of themselves that they are not verified.</summary>
    public static bool IsRefused(string address, SandboxOptions options) =>
        EmailAddress.Domain(address).StartsWith(Unverified, StringComparison.Ordinal)
        && !options.VerifiedSenders.Contains(address, StringComparer.OrdinalIgnoreCase);

    static bool? IsAuthenticated(string domain) =>
        domain.EndsWith(".example", StringComparison.Ordinal) || domain.EndsWith(".test", StringComparison.Ordinal)
            ? !domain.StartsWith(Unverified, StringComparison.Ordinal)
            : null;

    Task List(HttpContext context)
    {
        var results = options.VerifiedSenders.Select((address, index) => new { Id = index + 1, FromEmail = address, Verified = true });
        return context.Response.WriteAsJsonAsync(new { Results = results }, json, context.RequestAborted);
    }

    Task Domains(HttpContext context)
    {
        // There is no end to the domains that are authenticated here, so without a question only those that sent are listed.
        string[] asked = context.Request.Query["domain"].ToString() is { Length: > 0 } domain
            ? [domain.ToLowerInvariant()]
            : [.. arrivals.Senders(MessageChannel.Email).Select(EmailAddress.Domain).Distinct().Order(StringComparer.Ordinal)];
        var known = asked.Where(name => IsAuthenticated(name) is not null)
            .Select((name, index) => new { Id = index + 1, Domain = name, Valid = IsAuthenticated(name) });
        return context.Response.WriteAsJsonAsync(known, json, context.RequestAborted);
    }
}
