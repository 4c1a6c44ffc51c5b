using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Sandbox.Showing;

/// <summary>The mailbox as JSON, and as a page to look at.</summary>
sealed class MailboxPages(Mailbox mailbox, Func<SandboxCounts> counts, Action reset)
{
    const int MostListed = 500;
    static readonly JsonSerializerOptions json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    static readonly Lazy<string> page = new(Read);

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/", Page);
        routes.MapGet("/api/counts", context => context.Response.WriteAsJsonAsync(counts(), json, context.RequestAborted));
        routes.MapGet("/api/messages", List);
        routes.MapGet("/api/messages/{id}", Show);
        routes.MapDelete("/api/messages", Reset);
    }

    Task List(HttpContext context)
    {
        var query = context.Request.Query;
        var limit = int.TryParse(query["limit"], CultureInfo.InvariantCulture, out var given) ? Math.Clamp(given, 1, MostListed) : 50;
        var found = mailbox.List(limit, Given(query["before"]), Given(query["to"]));
        return context.Response.WriteAsJsonAsync(found.Select(message => message.Line()), json, context.RequestAborted);
    }

    Task Show(HttpContext context)
    {
        if (mailbox.Find((string)context.Request.RouteValues["id"]!) is { } message && message.View() is { } view)
        {
            return context.Response.WriteAsJsonAsync(view, json, context.RequestAborted);
        }

        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    Task Reset(HttpContext context)
    {
        reset();
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    // The mail shown is anybody's: only the page's own script runs, and nothing is fetched from elsewhere, so that looking
    // at a message neither opens it nor clicks in it.
    static Task Page(HttpContext context)
    {
        var nonce = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.ContentSecurityPolicy =
            $"default-src 'none'; connect-src 'self'; img-src data:; style-src 'unsafe-inline'; script-src 'nonce-{nonce}'; frame-ancestors 'none'";
        return context.Response.WriteAsync(page.Value.Replace("{{nonce}}", nonce, StringComparison.Ordinal), context.RequestAborted);
    }

    static string? Given(string? value) => string.IsNullOrWhiteSpace(value) ? null : value.Trim();

    static string Read()
    {
        using var stream = typeof(MailboxPages).Assembly.GetManifestResourceStream("mailbox.html")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
