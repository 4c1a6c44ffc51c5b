using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Campaigns.Sandbox.Twilio;

/// <summary>Why Twilio refuses a request: the body of the answer, and its status.</summary>
sealed record TwilioError(int Code, string Message, int Status = StatusCodes.Status400BadRequest)
{
    static readonly JsonSerializerOptions json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public string MoreInfo => $"https://www.twilio.com/docs/errors/{Code}";

    public Task Write(HttpContext context)
    {
        context.Response.StatusCode = Status;
        return context.Response.WriteAsJsonAsync(this, json, context.RequestAborted);
    }

    /// <summary>A refusal that is not about what the request says.</summary>
    public static Task Write(HttpContext context, int status) => (status switch
    {
        StatusCodes.Status401Unauthorized => new TwilioError(20003, "Authenticate", status),
        StatusCodes.Status404NotFound => new TwilioError(20404, $"The requested resource {context.Request.Path} was not found", status),
        StatusCodes.Status429TooManyRequests => new TwilioError(20429, "Too Many Requests", status),
        _ => new TwilioError(20500, "An internal server error has occurred", status),
    }).Write(context);
}
