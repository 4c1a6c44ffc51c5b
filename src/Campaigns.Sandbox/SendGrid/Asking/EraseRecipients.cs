using System.Text.Json;
using Campaigns.Sandbox.SendGrid.Accepting;
using Campaigns.Sandbox.Showing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Sandbox.SendGrid.Asking;

/// <summary><c>POST /v3/recipients/erasejob</c>: forgets all messages to the addresses, here and in the mailbox.</summary>
sealed class EraseRecipients(Activity activity, Mailbox mailbox)
{
    const int Most = 5000;

    static readonly JsonSerializerOptions json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public void Map(IEndpointRouteBuilder routes, ApiKey key) => routes.MapPost("/v3/recipients/erasejob", key.Require(Answer));

    async Task Answer(HttpContext context)
    {
        using var body = await JsonBody.Read(context);
        if (body is null)
        {
            return;
        }

        var addresses = body.RootElement.Get("email_addresses").Items().Select(one => one.Text()).OfType<string>()
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (addresses.Count is 0 or > Most)
        {
            await MailErrors.Write(
                context, StatusCodes.Status400BadRequest, new MailError($"1 to {Most} addresses are taken.", "email_addresses"));
            return;
        }

        activity.Erase(addresses);
        mailbox.Erase(addresses);
        context.Response.StatusCode = StatusCodes.Status202Accepted;
        await context.Response.WriteAsJsonAsync(new { JobId = Guid.NewGuid() }, json, context.RequestAborted);
    }
}
