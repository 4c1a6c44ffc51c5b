using Campaigns.Http;
using Campaigns.Providers.SendGrid;
using Campaigns.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace Campaigns.Tracking;

/// <summary>SendGrid's Event Webhook: verify, store, commit, answer. All work on it happens after the answer.</summary>
public static class ReceiveSendGridEvents
{
    public static void Map(IEndpointRouteBuilder webhooks)
    {
        Describe(webhooks.MapPost("/sendgrid/{organisation}", OfOne)).WithName(nameof(ReceiveSendGridEvents)).WithSummary("SendGrid's signed event webhook");
        Describe(webhooks.MapPost("/sendgrid", OfAll)).WithName("ReceiveSharedSendGridEvents")
            .WithSummary("SendGrid's signed event webhook of the account that several organisations share");
    }

    static RouteHandlerBuilder Describe(RouteHandlerBuilder endpoint) =>
        endpoint.Accepts<object>("application/json").Produces(StatusCodes.Status200OK).ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge).ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    static async Task<IResult> OfOne(
        string organisation, HttpContext http, WebhookBodies bodies, SendGridAccounts accounts, IOptions<SendGridOptions> options, MachineClock clock,
        CancellationToken ct) =>
        organisation.Length <= SendGridEvents.LongestOrganisation && organisation != SharedBodies.Tenant && CanBeSigned(http)
            ? await Receive(organisation, (await accounts.For(organisation, ct)).WebhookPublicKeys, http, bodies, options.Value, clock, ct)
            : Forged(bodies);

    // Only who signs with the installation's own key speaks for everybody.
    static async Task<IResult> OfAll(
        HttpContext http, WebhookBodies bodies, IOptions<SendGridOptions> options, MachineClock clock, CancellationToken ct) =>
        CanBeSigned(http) ? await Receive(SharedBodies.Tenant, [options.Value.WebhookPublicKey], http, bodies, options.Value, clock, ct) : Forged(bodies);

    static async Task<IResult> Receive(
        string organisation, IReadOnlyList<string> publicKeys, HttpContext http, WebhookBodies bodies, SendGridOptions options, MachineClock clock,
        CancellationToken ct)
    {
        if (publicKeys.All(string.IsNullOrWhiteSpace))
        {
            return Forged(bodies);
        }

        if (await bodies.Read(http, SendGridCredentials.Provider, options.LargestWebhook, ct) is not { } body)
        {
            return bodies.Busy(http, SendGridCredentials.Provider);
        }

        var (signature, timestamp) = (http.Request.Headers[SendGridSignature.SignatureHeader], http.Request.Headers[SendGridSignature.TimestampHeader]);
        if (!publicKeys.Any(key => SendGridSignature.IsValid(key, signature, timestamp, body)))
        {
            return Forged(bodies);
        }

        await bodies.Store(http, organisation, SendGridCredentials.Provider, null, body, SendGridSignature.IsLate(timestamp, clock.Now.GetUtcNow(), options.WebhookTolerance), ct);
        return Results.Ok();
    }

    // Nothing of a body is read that nobody could have signed.
    static bool CanBeSigned(HttpContext http) =>
        http.Request.Headers[SendGridSignature.SignatureHeader].Count > 0 && http.Request.Headers[SendGridSignature.TimestampHeader].Count > 0;

    static IResult Forged(WebhookBodies bodies) => bodies.Refuse(SendGridCredentials.Provider, "body");
}
