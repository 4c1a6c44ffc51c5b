using Campaigns.Audience;
using Campaigns.Http;
using Campaigns.Recipients;
using Campaigns.Storage.Rebuild;
using Campaigns.Storage;
using Campaigns.Tenancy;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Wolverine.Attributes;
using Wolverine;

namespace Campaigns.Consent;

/// <summary>A person asked to be forgotten.</summary>
/// <param name="By">Who had it done.</param>
[MessageIdentity("erase_contact")]
public sealed record EraseContact(Guid ContactId, string By);

/// <summary>A person was forgotten who is a recipient of the campaign: whatever else is kept about them there is to go.</summary>
/// <param name="At">When they were forgotten.</param>
[MessageIdentity("recipient_erased")]
public sealed record RecipientErased(Guid CampaignId, Guid ContactId, DateTimeOffset At);

/// <summary>
/// Forgets a person: the contact, what is personal in the events and rows of the campaigns, and what the provider keeps. That the address is
/// suppressed stays, or the next import would bring the person back.
/// </summary>
public static class EraseContactHandler
{
    static readonly string ReadCampaigns = Sql.Beside(typeof(EraseContactHandler), nameof(ReadCampaigns));
    static readonly string ReadRecipientsCampaigns = Sql.Beside(typeof(EraseContactHandler), nameof(ReadRecipientsCampaigns));
    static readonly string EraseDeferrals = Sql.Beside(typeof(EraseContactHandler), nameof(EraseDeferrals));
    static readonly string EraseReasons = Sql.Beside(typeof(EraseContactHandler), nameof(EraseReasons));

    public static async Task<OutgoingMessages> Handle(
        EraseContact message, IDocumentSession session, SnapshotRebuild snapshots, CancellationToken ct)
    {
        var (store, tenantId) = (session.DocumentStore, session.TenantId);
        var emails = (await FormerAddresses.Find(store, tenantId, message.ContactId, ct))
            .Append((await Contacts.Find(store, tenantId, message.ContactId, ct))?.Email).OfType<string>().Distinct(StringComparer.Ordinal);
        var campaigns = await store.Database.Query(ReadCampaigns, reader => reader.GetGuid(0), ct, tenantId);
        Guid[] recipients =
        [
            .. from campaign in campaigns
               from channel in Enum.GetValues<Channel>()
               select DerivedId.Recipient(campaign, message.ContactId, channel),
        ];
        await Erasure.Erase(store, snapshots, tenantId, recipients, $"contact {message.ContactId}", message.By, ct);
        // The contact goes last: as long as it is there, an attempt that broke off finds the address again.
        session.Sql(EraseReasons, tenantId, recipients);
        session.Sql(EraseDeferrals, tenantId, recipients);
        DeleteContactHandler.Remove(session, message.ContactId);
        FormerAddresses.Forget(session, message.ContactId);
        var at = store.Clock.Microseconds();
        OutgoingMessages messages =
            [.. (await store.Database.Query(ReadRecipientsCampaigns, reader => reader.GetGuid(0), ct, tenantId, recipients)).Select(id => new RecipientErased(id, message.ContactId, at))];
        messages.AddRange(emails.Select(email => new EraseAtProvider(email)));
        return messages;
    }
}

/// <summary>Asks for it: the answer comes before the work is done.</summary>
public sealed record AskToErase(Guid ContactId);

public sealed record ErasureAsked(Guid ContactId);

public static class AskToEraseHandler
{
    public static (ErasureAsked, OutgoingMessages) Handle(AskToErase command, IDocumentSession session, Caller caller)
    {
        caller.Keep();
        return (new ErasureAsked(command.ContactId), [new EraseContact(command.ContactId, caller.UserName ?? "")]);
    }
}

static class EraseContactEndpoints
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/contacts/{id:guid}/erase", Ask).RequireScope(KeyScope.Admin).WithName(nameof(EraseContact))
            .WithSummary("Forget a person for good: the contact, what is personal in its campaigns, what the provider keeps")
            .Produces(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status404NotFound);

    static async Task<IResult> Ask(Guid id, ApiRequest request, CancellationToken ct)
    {
        if (await Contacts.Find(request.Store, request.TenantId, id, ct) is null
            && (await FormerAddresses.Find(request.Store, request.TenantId, id, ct)).Count == 0)
        {
            return Problems.NotFound("contact");
        }

        await request.Send<ErasureAsked>(new AskToErase(id), ct);
        return TypedResults.Accepted($"/api/v1/contacts/{id}");
    }
}
