using System.Xml.Linq;
using Campaigns.Consent;
using Campaigns.Http;
using Campaigns.Providers.Twilio;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace Campaigns.Tracking;

/// <summary>Twilio's status callbacks and the messages that people send to our numbers: verify, store, commit, answer.</summary>
public static class ReceiveTwilioWebhooks
{
    public static void Map(IEndpointRouteBuilder webhooks)
    {
        webhooks.MapPost($"/twilio/{{organisation}}/{TwilioEvents.StatusTarget}", Status)
            .WithName("ReceiveTwilioStatus").WithSummary("Twilio's signed status callback")
            .Accepts<object>("application/x-www-form-urlencoded", "application/json").Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        webhooks.MapPost($"/twilio/{{organisation}}/{TwilioEvents.InboundTarget}", Inbound)
            .WithName("ReceiveTwilioMessage").WithSummary("A text message to one of our numbers, signed by Twilio")
            .Accepts<object>("application/x-www-form-urlencoded", "application/json").Produces<string>(StatusCodes.Status200OK, "text/xml")
            .ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
    }

    static async Task<IResult> Status(
        string organisation, HttpContext http, WebhookBodies bodies, TwilioAccounts accounts, IOptions<TwilioOptions> options, PublicUrl publicUrl,
        CancellationToken ct) =>
        (await Receive(organisation, TwilioEvents.StatusTarget + http.Request.QueryString, http, bodies, await accounts.For(organisation, ct), options.Value, publicUrl, ct))
            .Refused ?? Results.NoContent();

    static async Task<IResult> Inbound(
        string organisation, HttpContext http, WebhookBodies bodies, TwilioAccounts accounts, IOptions<TwilioOptions> options, PublicUrl publicUrl,
        CancellationToken ct)
    {
        var (body, refused) = await Receive(
            organisation, TwilioEvents.InboundTarget, http, bodies, await accounts.For(organisation, ct), options.Value, publicUrl, ct);
        if (refused is not null)
        {
            return refused;
        }

        var form = TwilioForm.Read(body);
        // Where Twilio's own opt-out handling says what it was, it has answered too.
        var answer = options.Value.HelpText is { Length: > 0 } help && form["OptOutType"].Length == 0 && TwilioEvents.Keyword(form) == SmsKeyword.Help
            ? new XElement("Response", new XElement("Message", help))
            : new XElement("Response");
        return Results.Text(answer.ToString(SaveOptions.DisableFormatting), "text/xml");
    }

    /// <returns>The body, which is stored; or why it was refused, and nothing is.</returns>
    static async Task<(byte[] Body, IResult? Refused)> Receive(
        string organisation, string target, HttpContext http, WebhookBodies bodies, TwilioAccount account, TwilioOptions options, PublicUrl publicUrl,
        CancellationToken ct)
    {
        if (account.WebhookTokens.Count == 0 || !TwilioSignature.CanBe(http.Request.Headers[TwilioSignature.Header]))
        {
            return ([], Forged(bodies));
        }

        if (await bodies.Read(http, TwilioCredentials.Provider, options.LargestWebhook, ct) is not { } body)
        {
            return ([], bodies.Busy(http, TwilioCredentials.Provider));
        }

        var (signature, called) = (http.Request.Headers[TwilioSignature.Header], Called(http, publicUrl));
        if (!account.WebhookTokens.Any(token => TwilioSignature.IsValid(token, signature, called, body)))
        {
            return ([], Forged(bodies));
        }

        await bodies.Store(http, organisation, TwilioCredentials.Provider, target, body, isLate: false, ct);
        return (body, null);
    }

    // Letter by letter as it was called: the signature covers the escapes too.
    static string Called(HttpContext http, PublicUrl publicUrl)
    {
        var path = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        return publicUrl.Of("") is { } here ? here.AbsoluteUri + path[1..] : $"{http.Request.Scheme}://{http.Request.Host}{path}";
    }

    static IResult Forged(WebhookBodies bodies) => bodies.Refuse(TwilioCredentials.Provider, "request");
}
