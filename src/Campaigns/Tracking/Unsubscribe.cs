using Campaigns.Consent;
using Campaigns.Http;
using Campaigns.Recipients;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;
using Wolverine;

namespace Campaigns.Tracking;

/// <summary>The link in every message: mail programs POST to it when their button is pressed (RFC 8058), people follow it and press ours.</summary>
public static class Unsubscribe
{
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

    static async Task<IResult> Handle(string token, UnsubscribeTokens tokens, IMessageBus bus, HttpContext http, CancellationToken ct)
    {
        if (tokens.Read(token) is not var (tenantId, id))
        {
            return NotOurs();
        }

        var answer = await bus.InvokeAsync<Unsubscribed>(
            new UnsubscribeRecipient(id), Caller.Delivery(tenantId, "unsubscribe link", http.TraceIdentifier), ct);
        return answer.IsKnown ? new PublicPage("You are unsubscribed", "<p>You get no more e-mail from this sender.</p>") : NotOurs();
    }

    static IResult NotOurs() => Problems.NotFound("link to unsubscribe: part of it may be missing");
}

/// <summary>A person wants no more messages, and has the link of one.</summary>
public sealed record UnsubscribeRecipient(Guid RecipientId);

/// <param name="IsKnown">False: there is no such message.</param>
public sealed record Unsubscribed(bool IsKnown);

public static class UnsubscribeRecipientHandler
{
    static readonly string ReadUnsubscribing = Sql.Beside(typeof(UnsubscribeRecipientHandler), nameof(ReadUnsubscribing));

    public static async Task<(Unsubscribed, OutgoingMessages)> Handle(
        UnsubscribeRecipient command, IDocumentSession session, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var outgoing = new OutgoingMessages();
        var id = command.RecipientId;
        var found = await session.DocumentStore.Database.Query(ReadUnsubscribing, reader => Unsubscribing.Read(reader, id), ct, session.TenantId, id);
        if (found is not [var recipient])
        {
            return (new Unsubscribed(false), outgoing);
        }

        if (!recipient.IsUnsubscribed)
        {
            recipient.Tracked.Record(session, outgoing, new RecipientUnsubscribed(clock.Microseconds()));
        }

        if (recipient.Address is { } address && !(recipient.Suppressed >= SuppressionReason.Unsubscribed))
        {
            session.Append<Suppression>(
                Suppression.StreamId(session.TenantId, address), ExpectedVersion.Any,
                new AddressSuppressed(address, SuppressionReason.Unsubscribed, $"recipient {id}"));
            outgoing.Add(new SuppressAtProvider(address));
        }

        caller.Keep();
        return (new Unsubscribed(true), outgoing);
    }

    /// <param name="Address">Null where the contact is gone.</param>
    /// <param name="Suppressed">Why the address is, if it is.</param>
    sealed record Unsubscribing(TrackedRecipient Tracked, bool IsUnsubscribed, string? Address, SuppressionReason? Suppressed)
    {
        public static Unsubscribing Read(NpgsqlDataReader reader, Guid id) =>
            new(new TrackedRecipient(id, reader.GetGuid(0), reader.GetString(1)), reader.GetBoolean(2), reader.TextOrNull(3),
                reader.WordOrNull<SuppressionReason>(4));
    }
}
