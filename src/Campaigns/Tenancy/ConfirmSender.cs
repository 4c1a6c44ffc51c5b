using System.Net;
using System.Net.Mime;
using System.Text;
using Campaigns.Engine;
using Campaigns.Engine.Events;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Tenancy;

/// <summary>
/// The page behind the link that an address is confirmed with. Looking at it changes nothing: mail scanners follow every link. Its button does.
/// </summary>
public static class ConfirmSender
{
    public const string Path = "/senders/confirm/";

    static readonly string FindConfirmation = Sql.Beside<Sender>(nameof(FindConfirmation));

    /// <param name="hash">Of the link's token.</param>
    public static Outcome Decide(Sender sender, string hash, DateTimeOffset now) =>
        sender.Confirmation is { } confirmation && confirmation.Hash == hash && now < confirmation.Until
            ? Outcome.Record(new SenderVerified(VerifiedBy.Link, now))
            : Outcome.Refuse(new Refusal("confirmation-expired", "The link was used, or is too old.", RefusalKind.NotFound));

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet(Path + "{token}", Show).AllowAnonymous().ExcludeFromDescription();
        app.MapPost(Path + "{token}", Confirm).AllowAnonymous().ExcludeFromDescription();
    }

    static async Task<IResult> Show(string token, EventStore store, CancellationToken ct)
    {
        var hash = VerifySender.Hash(token);
        if (await Find(store, hash, ct) is not { } found)
        {
            return Gone();
        }

        var sender = await store.Load<Sender>(found.TenantId, found.Id, ct);
        if (Decide(sender.State, hash, store.Clock.GetUtcNow()).Refusal is not null)
        {
            return Gone();
        }

        var organisation = await store.Load<Organisation>(found.TenantId, Organisation.StreamId(found.TenantId), ct);
        return Page(StatusCodes.Status200OK, "Confirm your address", $"""
            <p>May {WebUtility.HtmlEncode(organisation.State.Settings.Name)} send e-mail as <strong>{WebUtility.HtmlEncode(sender.State.Settings.Email)}</strong>?</p>
            <form method="post"><button>Yes, confirm</button></form>
            """);
    }

    static async Task<IResult> Confirm(string token, HttpContext http, EventStore store, CancellationToken ct)
    {
        var hash = VerifySender.Hash(token);
        if (await Find(store, hash, ct) is not { } found)
        {
            return Gone();
        }

        var decided = await store.Decide<Sender>(
            () => store.OpenSession(found.TenantId, new Metadata(http.TraceIdentifier, null, "confirmation link")),
            found.Id, (sender, now) => Decide(sender.State, hash, now), ct);
        return decided.Refusal is null ? Page(StatusCodes.Status200OK, "Confirmed", "<p>Thank you. The address is confirmed.</p>") : Gone();
    }

    static async Task<(string TenantId, Guid Id)?> Find(EventStore store, string hash, CancellationToken ct)
    {
        var found = await store.Database.Query(FindConfirmation, reader => (TenantId: reader.GetString(0), Id: reader.GetGuid(1)), ct, hash);
        return found.Count > 0 ? found[0] : null;
    }

    static IResult Gone() => Page(
        StatusCodes.Status404NotFound, "Nothing to confirm", "<p>This link was used already, or is too old. If you confirmed before, all is well.</p>");

    static IResult Page(int status, string title, string body) => Results.Text(
        $"""
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="robots" content="noindex"><title>{title}</title></head>
        <body><main><h1>{title}</h1>
        {body}
        </main></body>
        </html>
        """,
        MediaTypeNames.Text.Html, Encoding.UTF8, status);
}
