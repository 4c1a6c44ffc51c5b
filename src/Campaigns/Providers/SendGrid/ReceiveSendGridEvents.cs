using Campaigns.Engine;
using Campaigns.Engine.Events;
using Campaigns.Http;
using Campaigns.Tracking;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace Campaigns.Providers.SendGrid;

/// <summary>SendGrid's Event Webhook: verify, store, commit, answer. All work on it happens after the answer.</summary>
public static class ReceiveSendGridEvents
{
    static readonly string StoreBody = Sql.Beside(typeof(ReceiveSendGridEvents), nameof(StoreBody));

    public static void Map(IEndpointRouteBuilder webhooks) =>
        webhooks.MapPost("/sendgrid/{organisation}", Handle).WithName(nameof(ReceiveSendGridEvents)).WithSummary("SendGrid's signed event webhook")
            .Accepts<object>("application/json").Produces(StatusCodes.Status200OK).ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge);

    static async Task<IResult> Handle(
        string organisation, HttpContext http, EventStore store, SendGridAccounts accounts, IOptions<SendGridOptions> options, CancellationToken ct)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = options.Value.LargestWebhook;
        }

        using var buffer = new MemoryStream();
        await http.Request.Body.CopyToAsync(buffer, ct);
        var body = buffer.ToArray();
        var headers = http.Request.Headers;
        var account = await accounts.For(organisation, ct);
        if (!account.WebhookPublicKeys.Any(key => SendGridSignature.IsValid(
            key, headers[SendGridSignature.SignatureHeader], headers[SendGridSignature.TimestampHeader], body)))
        {
            return Problems.Problem("signature-invalid", "The signature does not fit the body.", StatusCodes.Status403Forbidden);
        }

        var session = store.OpenSession(organisation, new Metadata(http.TraceIdentifier, null, "sendgrid"));
        var id = Guid.CreateVersion7(session.Now);
        session.Sql.Add(StoreBody, id, organisation, RecordFacts.SendGrid, session.Now, body);
        session.Send(new RecordFacts(id));
        await session.Commit(ct);
        return Results.Ok();
    }
}
