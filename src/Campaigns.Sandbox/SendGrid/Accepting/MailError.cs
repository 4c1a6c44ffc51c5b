using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Campaigns.Sandbox.SendGrid.Accepting;

/// <summary>One reason why SendGrid refuses a request.</summary>
sealed record MailError(string Message, string? Field = null, string? Help = null);

/// <summary>The body of every refusal.</summary>
sealed record MailErrors(IReadOnlyList<MailError> Errors)
{
    static readonly JsonSerializerOptions json = new(JsonSerializerDefaults.Web);

    public static Task Write(HttpContext context, int status, params IReadOnlyList<MailError> errors)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(new MailErrors(errors), json, context.RequestAborted);
    }

    /// <summary>A refusal that is not about what the request says.</summary>
    public static Task Write(HttpContext context, int status) => Write(context, status, new MailError(status switch
    {
        StatusCodes.Status401Unauthorized => "The provided authorization grant is invalid, expired, or revoked",
        StatusCodes.Status429TooManyRequests => "too many requests",
        StatusCodes.Status404NotFound => "resource not found",
        StatusCodes.Status400BadRequest => "Bad Request",
        _ => "Internal Server Error",
    }));
}
