using System.Globalization;
using System.Net;
using Campaigns.Audience;
using Campaigns.Authoring.Rendering;
using Campaigns.Consent;
using Campaigns.Http;
using Campaigns.Recipients;
using Campaigns.Storage;
using Campaigns.Tenancy;
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
    static readonly string ReadAttributes = Sql.Beside(typeof(Unsubscribe), nameof(ReadAttributes));

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet(Footer.ExamplePath, ShowExample).AllowAnonymous().ExcludeFromDescription();
        app.MapPost(Footer.ExamplePath, ShowExample).AllowAnonymous().ExcludeFromDescription();
        var link = app.MapGroup("/u").AllowAnonymous();
        link.MapGet("/{token}", Ask).WithName("AskToUnsubscribe")
            .WithSummary("A page with a button; following a link unsubscribes nobody, since programs follow links too")
            .Produces(StatusCodes.Status200OK, contentType: "text/html").Produces(StatusCodes.Status404NotFound, contentType: "text/html");
        // Mail programs break links in two.
        link.MapFallback("{*rest}", ShowBadLink).ExcludeFromDescription();
        // Whatever the body says: who has the link is entitled, and nobody posts by accident.
        link.MapPost("/{token}", Handle).WithName(nameof(Unsubscribe)).WithSummary("Unsubscribe with one click (RFC 8058)")
            .Produces(StatusCodes.Status200OK, contentType: "text/html").Produces(StatusCodes.Status404NotFound, contentType: "text/html");
    }

    static async Task<IResult> Ask(string token, UnsubscribeTokens tokens, IDocumentStore store, HttpContext http, CancellationToken ct)
    {
        if (tokens.Read(token) is not var (tenantId, id))
        {
            return ShowBadLink(http);
        }

        var (organisation, words) = await Look(store, tenantId, id, http, ct);
        return new PublicPage(
            words.AskTitle, $"""
            <p>{Say(words.Ask, organisation)}</p>
            <form method="post"><button name="List-Unsubscribe" value="One-Click">{WebUtility.HtmlEncode(words.Unsubscribe)}</button></form>
            """, owner: organisation, language: words.Language);
    }

    static async Task<IResult> Handle(
        string token, UnsubscribeTokens tokens, IDocumentStore store, IMessageBus bus, HttpContext http, CancellationToken ct)
    {
        if (tokens.Read(token) is not var (tenantId, id))
        {
            return ShowBadLink(http);
        }

        var (organisation, words) = await Look(store, tenantId, id, http, ct);
        var answer = await bus.CarryOut<Unsubscribed>(
            new UnsubscribeRecipient(id), Caller.Delivery(tenantId, "unsubscribe link", http.TraceIdentifier), ct);
        return answer switch
        {
            { IsKnown: false } => ShowBadLink(http),
            { HasAddress: false } => new PublicPage(
                words.ForgottenTitle, $"<p>{Say(words.Forgotten, organisation)}</p>", owner: organisation, language: words.Language),
            _ => new PublicPage(words.DoneTitle, $"<p>{Say(words.Done, organisation)}</p>", owner: organisation, language: words.Language),
        };
    }

    static PublicPage ShowExample(HttpContext http)
    {
        var words = OfBrowser(http);
        return new PublicPage(words.Unsubscribe, $"<p>{WebUtility.HtmlEncode(words.Example)}</p>", language: words.Language);
    }

    static PublicPage ShowBadLink(HttpContext http)
    {
        var words = OfBrowser(http);
        return new PublicPage(words.BadTitle, $"<p>{WebUtility.HtmlEncode(words.Bad)}</p>", StatusCodes.Status404NotFound, language: words.Language);
    }

    /// <summary>Who asks, and in the language of whom: the recipient's, as far as it is known, else that of their browser.</summary>
    static async Task<(string Organisation, MessageWords Words)> Look(
        IDocumentStore store, string tenantId, Guid recipient, HttpContext http, CancellationToken ct)
    {
        var organisation = await store.Load<Organisation>(tenantId, Organisation.StreamId(tenantId), ct);
        var attributes = await store.Database.Query(
            ReadAttributes, reader => Contact.MergeFields(null, null, null, null, null, reader.GetString(0)), ct, tenantId, recipient);
        return (organisation.State.Settings.NameOr(tenantId), attributes.Select(MessageWords.Of).FirstOrDefault() ?? OfBrowser(http));
    }

    static MessageWords OfBrowser(HttpContext http) => http.Request.GetTypedHeaders().AcceptLanguage.OrderByDescending(language => language.Quality ?? 1)
        .Select(language => MessageWords.Find(language.Value.ToString())).FirstOrDefault(words => words is not null) ?? MessageWords.English;

    static string Say(string words, string organisation) =>
        string.Format(CultureInfo.InvariantCulture, WebUtility.HtmlEncode(words), $"<strong>{WebUtility.HtmlEncode(organisation)}</strong>");
}

/// <summary>A person wants no more messages, and has the link of one.</summary>
public sealed record UnsubscribeRecipient(Guid RecipientId);

/// <param name="IsKnown">False: there is no such message.</param>
/// <param name="HasAddress">False: the contact was erased, so nothing says any more which address the message went to.</param>
public sealed record Unsubscribed(bool IsKnown, bool HasAddress);

public static class UnsubscribeRecipientHandler
{
    static readonly string ReadUnsubscribing = Sql.Beside(typeof(UnsubscribeRecipientHandler), nameof(ReadUnsubscribing));

    public static async Task<(Unsubscribed, OutgoingMessages)> Handle(
        UnsubscribeRecipient command, IDocumentSession session, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var outgoing = new OutgoingMessages();
        var id = command.RecipientId;
        var found = await session.DocumentStore.Database.Query(ReadUnsubscribing, reader => Unsubscribing.Read(reader, id), ct, session.TenantId, id);
        if (found is not [var recipient, ..])
        {
            return (new Unsubscribed(IsKnown: false, HasAddress: false), outgoing);
        }

        if (!recipient.IsUnsubscribed)
        {
            recipient.Tracked.Record(session, outgoing, new RecipientUnsubscribed(clock.Microseconds()));
        }

        foreach (var address in found.Where(each => !each.Suppression.Covers(SuppressionReason.Unsubscribed)).Select(each => each.Address).OfType<string>())
        {
            session.Append<Suppression>(
                Suppression.StreamId(session.TenantId, address), ExpectedVersion.Any,
                new AddressSuppressed(address, SuppressionReason.Unsubscribed, $"recipient {id}"));
            if (recipient.Channel == Channel.Email)
            {
                outgoing.Add(new SuppressAtProvider(address));
            }
        }

        caller.Keep();
        return (new Unsubscribed(IsKnown: true, HasAddress: recipient.Address is not null), outgoing);
    }

    /// <summary>Of each address that the wish concerns: a contact's may have changed since the message went out.</summary>
    /// <param name="Address">Null where the contact is gone.</param>
    /// <param name="Suppression">Of the address.</param>
    sealed record Unsubscribing(TrackedRecipient Tracked, bool IsUnsubscribed, Channel Channel, string? Address, Suppression Suppression)
    {
        public static Unsubscribing Read(NpgsqlDataReader reader, Guid id) =>
            new(new TrackedRecipient(id, reader.GetGuid(0), reader.GetString(1)), reader.GetBoolean(2),
                Enum.Parse<Channel>(reader.GetString(3), ignoreCase: true), reader.TextOrNull(4),
                Suppression.Initial with { Reason = reader.WordOrNull<SuppressionReason>(5), Group = reader.TextOrNull(6) });
    }
}
