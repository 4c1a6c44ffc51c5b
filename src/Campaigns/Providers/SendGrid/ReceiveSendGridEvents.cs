using Campaigns.Engine.Events;
using Campaigns.Http;
using Campaigns.Tracking;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace Campaigns.Providers.SendGrid;

/// <summary>SendGrid's Event Webhook: verify, store, commit, answer. All work on it happens after the answer.</summary>
public static class ReceiveSendGridEvents
{
    public static void Map(IEndpointRouteBuilder webhooks) =>
        webhooks.MapPost("/sendgrid/{organisation}", Handle).WithName(nameof(ReceiveSendGridEvents)).WithSummary("SendGrid's signed event webhook")
            .Accepts<object>("application/json").Produces(StatusCodes.Status200OK).ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge);

    static async Task<IResult> Handle(
        string organisation, HttpContext http, EventStore store, SendGridAccounts accounts, IOptions<SendGridOptions> options, CancellationToken ct)
    {
        var body = await WebhookBodies.Read(http, options.Value.LargestWebhook, ct);
        var headers = http.Request.Headers;
        var account = await accounts.For(organisation, ct);
        if (!account.WebhookPublicKeys.Any(key => SendGridSignature.IsValid(
            key, headers[SendGridSignature.SignatureHeader], headers[SendGridSignature.TimestampHeader], body)))
        {
            return Problems.Problem("signature-invalid", "The signature does not fit the body.", StatusCodes.Status403Forbidden);
        }

        await WebhookBodies.Store(http, store, organisation, RecordFacts.SendGrid, null, body, ct);
        return Results.Ok();
    }
}
