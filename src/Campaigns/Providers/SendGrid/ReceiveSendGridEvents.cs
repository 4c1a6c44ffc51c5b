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
    const int LongestOrganisation = 200;

    public static void Map(IEndpointRouteBuilder webhooks) =>
        webhooks.MapPost("/sendgrid/{organisation}", Handle).WithName(nameof(ReceiveSendGridEvents)).WithSummary("SendGrid's signed event webhook")
            .Accepts<object>("application/json").Produces(StatusCodes.Status200OK).ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge);

    static async Task<IResult> Handle(
        string organisation, HttpContext http, EventStore store, SendGridAccounts accounts, IOptions<SendGridOptions> options, CancellationToken ct)
    {
        // Nothing of a body is read that nobody could have signed.
        var headers = http.Request.Headers;
        if (organisation.Length > LongestOrganisation || headers[SendGridSignature.SignatureHeader].Count == 0
            || headers[SendGridSignature.TimestampHeader].Count == 0)
        {
            return Forged();
        }

        var account = await accounts.For(organisation, ct);
        if (account.WebhookPublicKeys.All(string.IsNullOrWhiteSpace))
        {
            return Forged();
        }

        var body = await WebhookBodies.Read(http, options.Value.LargestWebhook, ct);
        if (!account.WebhookPublicKeys.Any(key => SendGridSignature.IsValid(
            key, headers[SendGridSignature.SignatureHeader], headers[SendGridSignature.TimestampHeader], body)))
        {
            return Forged();
        }

        await WebhookBodies.Store(http, store, organisation, RecordFacts.SendGrid, null, body, ct);
        return Results.Ok();
    }

    static IResult Forged() => Problems.Problem("signature-invalid", "The signature does not fit the body.", StatusCodes.Status403Forbidden);
}
