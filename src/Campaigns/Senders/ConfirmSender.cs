using System.Net;
using Campaigns.Http;
using Campaigns.Storage;
using Campaigns.Tenancy;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Wolverine;

namespace Campaigns.Senders;

/// <summary>Somebody followed the link that was sent to an address, and pressed the button.</summary>
/// <param name="Hash">Of the link's token.</param>
public sealed record ConfirmSender(Guid SenderId, string Hash);

public static class ConfirmSenderHandler
{
    public static async Task<(Decided<Sender>, OutgoingMessages)> Handle(
        ConfirmSender command, IDocumentSession session, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var sender = await session.Events.FetchForWriting<Sender>(command.SenderId, ct);
        return caller.Record(sender, Decide(sender.State(), command.Hash, clock.Microseconds()));
    }

    /// <param name="hash">Of the link's token.</param>
    public static Outcome Decide(Sender sender, string hash, DateTimeOffset now) =>
        sender.Confirmation is { } confirmation && confirmation.Hash == hash && now < confirmation.Until
            ? Outcome.Record(new SenderVerified(VerifiedBy.Link, now))
            : Outcome.Refuse(new Refusal("confirmation-expired", "The link was used, or is too old.", RefusalKind.NotFound));
}

/// <summary>
/// The page behind the link that an address is confirmed with. Looking at it changes nothing: mail scanners follow every link. Its button does.
/// </summary>
static class ConfirmSenderEndpoints
{
    public const string Path = "/senders/confirm/";

    static readonly string FindConfirmation = Sql.Beside<Sender>(nameof(FindConfirmation));

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet(Path + "{token}", Show).AllowAnonymous().ExcludeFromDescription();
        app.MapPost(Path + "{token}", Confirm).AllowAnonymous().ExcludeFromDescription();
    }

    static async Task<IResult> Show(string token, IDocumentStore store, CancellationToken ct)
    {
        var hash = VerifySenderHandler.Hash(token);
        if (await Find(store, hash, ct) is not { } found)
        {
            return Gone();
        }

        var sender = await store.Load<Sender>(found.TenantId, found.Id, ct);
        if (ConfirmSenderHandler.Decide(sender.State, hash, store.Clock.GetUtcNow()).Refusal is not null)
        {
            return Gone();
        }

        var organisation = await store.Load<Organisation>(found.TenantId, Organisation.StreamId(found.TenantId), ct);
        var (who, address) = (WebUtility.HtmlEncode(organisation.State.Settings.Name), WebUtility.HtmlEncode(sender.State.Settings.Email));
        return new PublicPage("Confirm your address", $"""
            <p>May {who} send e-mail as <strong>{address}</strong>?</p>
            <form method="post"><button>Yes, confirm</button></form>
            """);
    }

    static async Task<IResult> Confirm(string token, HttpContext http, IDocumentStore store, IMessageBus bus, CancellationToken ct)
    {
        var hash = VerifySenderHandler.Hash(token);
        if (await Find(store, hash, ct) is not { } found)
        {
            return Gone();
        }

        var decided = await bus.CarryOut<Decided<Sender>>(
            new ConfirmSender(found.Id, hash), Caller.Delivery(found.TenantId, "confirmation link", http.TraceIdentifier), ct);
        return decided.Refusal is null ? new PublicPage("Confirmed", "<p>Thank you. The address is confirmed.</p>") : Gone();
    }

    static async Task<(string TenantId, Guid Id)?> Find(IDocumentStore store, string hash, CancellationToken ct)
    {
        var found = await store.Database.Query(FindConfirmation, reader => (TenantId: reader.GetString(0), Id: reader.GetGuid(1)), ct, hash);
        return found.Count > 0 ? found[0] : null;
    }

    static PublicPage Gone() => new(
        "Nothing to confirm", "<p>This link was used already, or is too old. If you confirmed before, all is well.</p>", StatusCodes.Status404NotFound);
}
