using System.Text.Json;
using Campaigns.Sandbox.SendGrid.Accepting;
using Microsoft.AspNetCore.Http;

namespace Campaigns.Sandbox.SendGrid.Asking;

static class JsonBody
{
    /// <summary>The body as an object; null where it is none, and has been answered.</summary>
    public static async Task<JsonDocument?> Read(HttpContext context)
    {
        if (await RequestBody.Read(context.Request, context.RequestAborted) is { } body
            && Json.Parse(body) is { RootElement.ValueKind: JsonValueKind.Object } document)
        {
            return document;
        }

        await MailErrors.Write(context, StatusCodes.Status400BadRequest);
        return null;
    }
}
