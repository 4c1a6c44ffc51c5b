using Campaigns.Consent;
using Campaigns.Engine;
using Campaigns.Engine.Events;
using Campaigns.Http;
using Campaigns.Recipients;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Campaigns.Tracking;

/// <summary>The link in every message: mail programs POST to it when their button is pressed (RFC 8058), people follow it and press ours.</summary>
public static class Unsubscribe
{
    static readonly string ReadUnsubscribing = Sql.Beside(typeof(Unsubscribe), nameof(ReadUnsubscribing));

    public static void Map(IEndpointRouteBuilder app)
    {
        var link = app.MapGroup("/u").AllowAnonymous();
        link.MapGet("/{token}", Ask).WithName("AskToUnsubscribe")
            .WithSummary("A page with a button; following a link unsubscribes nobody, since programs follow links too")
            .Produces(StatusCodes.Status200OK, contentType: "text/html").ProducesProblem(StatusCodes.Status404NotFound);
        // Whatever the body says: who has the link is entitled, and nobody posts by accident.
        link.MapPost("/{token}", Handle).WithName(nameof(Unsubscribe)).WithSummary("Unsubscribe with one click (RFC 8058)")
            .Produces(StatusCodes.Status200OK, contentType: "text/html").ProducesProblem(StatusCodes.Status404NotFound);
    }

    static IResult Ask(string token, UnsubscribeTokens tokens) => tokens.Read(token) is null ? NotOurs() : new PublicPage(
        "Unsubscribe", """
            <p>Do you want no more e-mail from this sender?</p>
            <form method="post"><button name="List-Unsubscribe" value="One-Click">Unsubscribe</button></form>
            """);

    static async Task<IResult> Handle(string token, UnsubscribeTokens tokens, EventStore store, HttpContext http, CancellationToken ct)
    {
        if (tokens.Read(token) is not var (tenantId, id))
        {
            return NotOurs();
        }

        var found = await store.Database.Query(ReadUnsubscribing, reader => Unsubscribing.Read(reader, id), ct, tenantId, id);
        if (found is not [var recipient])
        {
            return NotOurs();
        }

        var session = store.OpenSession(tenantId, new Metadata(http.TraceIdentifier, null, "unsubscribe link"));
        if (!recipient.IsUnsubscribed)
        {
            recipient.Tracked.Record(session, new RecipientUnsubscribed(session.Now));
        }

        if (recipient.Address is { } address && !(recipient.Suppressed >= SuppressionReason.Unsubscribed))
        {
            session.Append<Suppression>(
                Suppression.StreamId(tenantId, address), ExpectedVersion.Any,
                new AddressSuppressed(address, SuppressionReason.Unsubscribed, $"recipient {id}"));
            session.Send(new SuppressAtProvider(address));
        }

        await session.Commit(ct);
        return new PublicPage("You are unsubscribed", "<p>You get no more e-mail from this sender.</p>");
    }

    static IResult NotOurs() => Problems.NotFound("link to unsubscribe: part of it may be missing");

    /// <param name="Address">Null where the contact is gone.</param>
    /// <param name="Suppressed">Why the address is, if it is.</param>
    sealed record Unsubscribing(TrackedRecipient Tracked, bool IsUnsubscribed, string? Address, SuppressionReason? Suppressed)
    {
        public static Unsubscribing Read(NpgsqlDataReader reader, Guid id) =>
            new(new TrackedRecipient(id, reader.GetGuid(0), reader.GetString(1)), reader.GetBoolean(2), reader.TextOrNull(3),
                reader.WordOrNull<SuppressionReason>(4));
    }
}
