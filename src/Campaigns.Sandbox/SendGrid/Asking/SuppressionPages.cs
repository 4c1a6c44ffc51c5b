using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Campaigns.Sandbox.SendGrid.Accepting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Sandbox.SendGrid.Asking;

/// <summary><c>/v3/suppression/...</c> and <c>/v3/asm/suppressions/global</c>: SendGrid's own suppression lists.</summary>
sealed class SuppressionPages(SandboxOptions options, Suppressions suppressions)
{
    static readonly JsonSerializerOptions json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public void Map(IEndpointRouteBuilder routes, ApiKey key)
    {
        foreach (var list in Suppressions.Names)
        {
            routes.MapGet($"/v3/suppression/{list}", key.Require(context => List(context, list)));
            if (list != Suppressions.Unsubscribes)
            {
                routes.MapGet($"/v3/suppression/{list}/{{email}}", key.Require(context => Show(context, list)));
                routes.MapDelete($"/v3/suppression/{list}/{{email}}", key.Require(context => Delete(context, list)));
                routes.MapDelete($"/v3/suppression/{list}", key.Require(context => DeleteMany(context, list)));
            }
        }

        routes.MapPost("/v3/asm/suppressions/global", key.Require(Suppress));
        routes.MapGet("/v3/asm/suppressions/global/{email}", key.Require(ShowGlobal));
        routes.MapDelete("/v3/asm/suppressions/global/{email}", key.Require(context => Delete(context, Suppressions.Unsubscribes)));
    }

    Task List(HttpContext context, string list)
    {
        var (from, until) = (Number(context, "start_time") ?? 0, Number(context, "end_time") ?? long.MaxValue);
        var found = suppressions.List(list).Values
            .Where(one => one.Created >= from && one.Created <= until)
            .OrderByDescending(one => one.Created).ThenBy(one => one.Email, StringComparer.Ordinal)
            .Skip((int)(Number(context, "offset") ?? 0)).Take((int)(Number(context, "limit") ?? 500));
        return context.Response.WriteAsJsonAsync(found, json, context.RequestAborted);
    }

    Task Show(HttpContext context, string list)
    {
        SuppressedAddress[] found = suppressions.List(list).TryGetValue(Email(context), out var one) ? [one] : [];
        return context.Response.WriteAsJsonAsync(found, json, context.RequestAborted);
    }

    Task ShowGlobal(HttpContext context)
    {
        var found = suppressions.List(Suppressions.Unsubscribes).GetValueOrDefault(Email(context));
        return context.Response.WriteAsJsonAsync(new { RecipientEmail = found?.Email }, json, context.RequestAborted);
    }

    Task Delete(HttpContext context, string list)
    {
        if (!suppressions.List(list).TryRemove(Email(context), out _))
        {
            return MailErrors.Write(context, StatusCodes.Status404NotFound);
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    async Task DeleteMany(HttpContext context, string list)
    {
        using var body = await JsonBody.Read(context);
        if (body is null)
        {
            return;
        }

        if (body.RootElement.Get("delete_all").IsTrue())
        {
            suppressions.List(list).Clear();
        }

        foreach (var email in body.RootElement.Get("emails").Items())
        {
            suppressions.List(list).TryRemove(email.Text() ?? "", out _);
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    async Task Suppress(HttpContext context)
    {
        using var body = await JsonBody.Read(context);
        if (body is null)
        {
            return;
        }

        string[] emails = [.. body.RootElement.Get("recipient_emails").Items().Select(email => email.Text()).OfType<string>()];
        foreach (var email in emails)
        {
            suppressions.Add(Suppressions.Unsubscribes, email, options.Clock.GetUtcNow());
        }

        context.Response.StatusCode = StatusCodes.Status201Created;
        await context.Response.WriteAsJsonAsync(new { RecipientEmails = emails }, json, context.RequestAborted);
    }

    static string Email(HttpContext context) => (string)context.Request.RouteValues["email"]!;

    static long? Number(HttpContext context, string name) =>
        int.TryParse(context.Request.Query[name], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
