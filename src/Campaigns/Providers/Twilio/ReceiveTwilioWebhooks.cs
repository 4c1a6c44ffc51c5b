using System.Xml.Linq;
using Campaigns.Consent;
using Campaigns.Engine.Events;
using Campaigns.Http;
using Campaigns.Tracking;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace Campaigns.Providers.Twilio;

/// <summary>Twilio's status callbacks and the messages that people send to our numbers: verify, store, commit, answer.</summary>
public static class ReceiveTwilioWebhooks
{
    public static void Map(IEndpointRouteBuilder webhooks)
    {
        webhooks.MapPost($"/twilio/{{organisation}}/{TwilioEvents.StatusTarget}", Status)
            .WithName("ReceiveTwilioStatus").WithSummary("Twilio's signed status callback")
            .Accepts<object>("application/x-www-form-urlencoded", "application/json").Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status413PayloadTooLarge);
        webhooks.MapPost($"/twilio/{{organisation}}/{TwilioEvents.InboundTarget}", Inbound)
            .WithName("ReceiveTwilioMessage").WithSummary("A text message to one of our numbers, signed by Twilio")
            .Accepts<object>("application/x-www-form-urlencoded", "application/json").Produces<string>(StatusCodes.Status200OK, "text/xml")
            .ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status413PayloadTooLarge);
    }

    static async Task<IResult> Status(
        string organisation, HttpContext http, EventStore store, TwilioAccounts accounts, IOptions<TwilioOptions> options, PublicUrl publicUrl,
        CancellationToken ct) =>
        await Receive(organisation, TwilioEvents.StatusTarget + http.Request.QueryString, http, store, await accounts.For(organisation, ct), options.Value, publicUrl, ct) is null
            ? Forged()
            : Results.NoContent();

    static async Task<IResult> Inbound(
        string organisation, HttpContext http, EventStore store, TwilioAccounts accounts, IOptions<TwilioOptions> options, PublicUrl publicUrl,
        CancellationToken ct)
    {
        if (await Receive(organisation, TwilioEvents.InboundTarget, http, store, await accounts.For(organisation, ct), options.Value, publicUrl, ct) is not { } body)
        {
            return Forged();
        }

        var form = TwilioForm.Read(body);
        // Where Twilio's own opt-out handling says what it was, it has answered too.
        var answer = options.Value.HelpText is { Length: > 0 } help && form["OptOutType"].Length == 0 && TwilioEvents.Keyword(form) == SmsKeyword.Help
            ? new XElement("Response", new XElement("Message", help))
            : new XElement("Response");
        return Results.Text(answer.ToString(SaveOptions.DisableFormatting), "text/xml");
    }

    /// <returns>The body, which is stored; null when the signature does not fit, and nothing is.</returns>
    static async Task<byte[]?> Receive(
        string organisation, string target, HttpContext http, EventStore store, TwilioAccount account, TwilioOptions options, PublicUrl publicUrl,
        CancellationToken ct)
    {
        if (account.WebhookTokens.Count == 0 || !TwilioSignature.CanBe(http.Request.Headers[TwilioSignature.Header]))
        {
            return null;
        }

        var body = await WebhookBodies.Read(http, options.LargestWebhook, ct);
        var (signature, called) = (http.Request.Headers[TwilioSignature.Header], Called(http, publicUrl));
        if (!account.WebhookTokens.Any(token => TwilioSignature.IsValid(token, signature, called, body)))
        {
            return null;
        }

        await WebhookBodies.Store(http, store, organisation, RecordFacts.Twilio, target, body, ct);
        return body;
    }

    // Letter by letter as it was called: the signature covers the escapes too.
    static string Called(HttpContext http, PublicUrl publicUrl)
    {
        var path = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        return publicUrl.Of("") is { } here ? here.AbsoluteUri + path[1..] : $"{http.Request.Scheme}://{http.Request.Host}{path}";
    }

    static IResult Forged() => Problems.Problem("signature-invalid", "The signature does not fit the request.", StatusCodes.Status403Forbidden);
}
