using System.Collections.Concurrent;
using Campaigns.Authoring.Rendering;
using Campaigns.Consent;
using Campaigns.Limits;
using Campaigns.Planning;
using Campaigns.Providers;
using Campaigns.Recipients;
using Campaigns.Senders;
using Campaigns.Sending;
using Campaigns.Storage;
using Campaigns.Tenancy;
using Marten;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Wolverine.Attributes;
using Wolverine.Runtime;
using Wolverine;

namespace Campaigns.Tracking;

/// <summary>
/// Asks the provider, at the times of <c>Sending:LookUpAfter</c>, about messages in doubt and texts whose end it never told: its own records lag
/// behind. What it knows is recorded as its webhook would have been, of the address too; what it does not know stays in doubt.
/// </summary>
[NonTransactional]
public sealed class LookUpMessagesHandler(
    IDocumentStore store, EndOfMessage end, MessageProviders providers, CompiledTemplates templates, UnsubscribeLinks links, IOptions<SendingOptions> options,
    IOptions<ConsentOptions> consent, ILogger<LookUpMessagesHandler> log)
{
    /// <summary>Questions at the same time.</summary>
    const int Concurrency = 4;

    // Of the contact, who has them always; an address may be missing.
    const int AttributesColumn = 10;

    static readonly string ReadUnresolved = Sql.Beside<LookUpMessagesHandler>(nameof(ReadUnresolved));

    public async Task Handle(LookUpMessages message, MessageContext context, CancellationToken ct)
    {
        var tenantId = context.TenantId!;
        var unresolved = await Unresolved(message, tenantId, ct);
        var campaign = await store.Load<Campaign>(tenantId, message.CampaignId, ct);
        var organisation = await store.Load<Organisation>(tenantId, Organisation.StreamId(tenantId), ct);
        var letterhead = new Letterhead(tenantId, organisation.State.Settings, links);
        var template = await templates.Of(tenantId, campaign.State.Settings.TemplateId!.Value, campaign.State.TemplateVersion!.Value, ct);
        var offers = campaign.State.Settings.Offers is null ? null
            : await SendQueue.ReadOffers(store, tenantId, [.. unresolved.Where(recipient => recipient.Channel == Channel.Sms).Select(recipient => recipient.Id)], ct);
        var (found, unasked) = (new ConcurrentBag<Finding>(), new ConcurrentBag<string>());
        await Parallel.ForEachAsync(
            unresolved.Where(recipient => recipient.Addressee is not null),
            new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = ct },
            async (recipient, token) =>
            {
                switch (await providers.For(recipient.Channel).LookUp(Question(tenantId, recipient, template, letterhead, offers), token))
                {
                    case LookUpResult.Found answer when recipient.IsInDoubt || answer.Fact is not MessageAccepted:
                        found.Add(new Finding(
                            recipient.Version, recipient.SenderId, new ProviderFact(recipient.Id, answer.Fact, answer.Suppresses, answer.Address, [])));
                        break;
                    case LookUpResult.Unavailable unavailable:
                        unasked.Add(unavailable.Why);
                        break;
                }
            });
        if (unasked.TryPeek(out var why))
        {
            Log.LookUpUnavailable(log, unasked.Count, message.Batch, message.CampaignId, message.Check, why);
        }

        await end.Commit(context, session => Record(message, [.. found], session, ct));
    }

    /// <summary>Also beside webhooks that were faster: about whom they told something meanwhile, nothing more is recorded, and nobody is asked again.</summary>
    async Task<OutgoingMessages> Record(LookUpMessages message, IReadOnlyList<Finding> found, IDocumentSession session, CancellationToken ct)
    {
        var unresolved = await Unresolved(message, session.TenantId, ct);
        var unmoved = found.Where(each => unresolved.Exists(recipient => (recipient.Id, recipient.Version) == (each.Fact.Recipient, each.Version))).ToList();
        var addresses = await AddressBook.Read(store, session.TenantId, [.. unmoved.Select(each => each.Fact)], consent.Value, ct);
        foreach (var (version, _, fact) in unmoved)
        {
            session.Append<Recipient>(fact.Recipient!.Value, ExpectedVersion.Exactly(version), fact.Fact!);
            addresses.Record(session, fact);
        }

        var outgoing = new OutgoingMessages();
        if (unmoved.Count > 0)
        {
            outgoing.Add(new CompleteCampaign(message.CampaignId));
        }

        var badlyReceived = unmoved.FindAll(each => each.Fact.Fact is MessageBounced or MessageDropped or MessageUndelivered);
        if (badlyReceived.Count > 0)
        {
            outgoing.Add(new CheckHealth(message.CampaignId));
        }

        foreach (var sender in badlyReceived.Select(each => each.SenderId).OfType<Guid>().Distinct())
        {
            outgoing.Add(new CheckSenderHealth(sender));
        }

        if (unmoved.Count < unresolved.Count && NextCheck(message, options.Value.Checks) is { } wait)
        {
            outgoing.Schedule(message with { Check = message.Check + 1 }, store.Clock.Microseconds() + wait);
        }

        return outgoing;
    }

    Task<List<UnresolvedMessage>> Unresolved(LookUpMessages message, string tenantId, CancellationToken ct)
    {
        var (first, last) = DerivedId.RecipientRange(message.CampaignId);
        return store.Database.Query(ReadUnresolved, Read, ct, tenantId, message.CampaignId, first, last, message.Batch);
    }

    /// <returns>The time to the check after this one; null after the last one.</returns>
    public static TimeSpan? NextCheck(LookUpMessages message, IReadOnlyList<TimeSpan> checks) =>
        message.Check < checks.Count ? checks[message.Check] - checks[message.Check - 1] : null;

    static MessageInQuestion Question(
        string tenantId, UnresolvedMessage recipient, CompiledTemplate template, Letterhead letterhead,
        IReadOnlyDictionary<Guid, IReadOnlyList<QuotedOffer>>? offers)
    {
        var addressee = recipient.Addressee!;
        var (fields, offered) = QuotedOffers.AddTo(
            letterhead.Complete(addressee.Fields, letterhead.Link(recipient.Id)), offers is null ? null : offers.GetValueOrDefault(recipient.Id) ?? []);
        var text = recipient.Channel == Channel.Sms ? template.Render(fields, offered, Channel.Sms, CancellationToken.None) as RenderedText : null;
        return new MessageInQuestion(
            recipient.Id.ToString("N"), tenantId, recipient.ProviderMessageId, addressee.Address(recipient.Channel) ?? "",
            recipient.StartedAt, text?.Body);
    }

    static UnresolvedMessage Read(NpgsqlDataReader reader) => new(
        reader.GetGuid(0), reader.GetInt64(1), reader.GetString(2) == "inDoubt", Enum.Parse<Channel>(reader.GetString(3), ignoreCase: true),
        reader.GetFieldValue<DateTimeOffset>(4), reader.TextOrNull(5), reader.IsDBNull(AttributesColumn) ? null : Addressee.Read(reader, column: 6, phoneColumn: 11),
        reader.ValueOrNull<Guid>(12));

    /// <param name="Version">Of the recipient when the provider was asked.</param>
    sealed record Finding(long Version, Guid? SenderId, ProviderFact Fact);

    sealed record UnresolvedMessage(
        Guid Id, long Version, bool IsInDoubt, Channel Channel, DateTimeOffset StartedAt, string? ProviderMessageId, Addressee? Addressee,
        Guid? SenderId);
}
