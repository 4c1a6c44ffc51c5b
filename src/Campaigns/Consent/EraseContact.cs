using Campaigns.Audience;
using Campaigns.Engine;
using Campaigns.Engine.Events;
using Campaigns.Engine.Messages;
using Campaigns.Http;
using Campaigns.Recipients;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Consent;

/// <summary>A person asked to be forgotten.</summary>
/// <param name="By">Who had it done.</param>
public sealed record EraseContact(Guid ContactId, string By);

/// <summary>
/// Forgets a person: the contact, what is personal in the events and rows of the campaigns, and what the provider keeps. That the address is
/// suppressed stays, or the next import would bring the person back.
/// </summary>
public sealed class ContactErasure(EventStore store, EventErasure erasure)
{
    static readonly string ReadCampaigns = Sql.Beside<ContactErasure>(nameof(ReadCampaigns));
    static readonly string DeleteContact = Sql.Beside<ContactErasure>(nameof(DeleteContact));
    static readonly string DeleteMemberships = Sql.Beside<ContactErasure>(nameof(DeleteMemberships));
    static readonly string EraseDeferrals = Sql.Beside<ContactErasure>(nameof(EraseDeferrals));
    static readonly string EraseReasons = Sql.Beside<ContactErasure>(nameof(EraseReasons));

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/contacts/{id:guid}/erase", Ask).WithName(nameof(EraseContact))
            .WithSummary("Forget a person for good: the contact, what is personal in its campaigns, what the provider keeps")
            .Produces(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status404NotFound);

    public async Task Handle(EraseContact message, Delivery delivery, CancellationToken ct)
    {
        var contact = await Contacts.Find(store, delivery.TenantId, message.ContactId, ct);
        var campaigns = await store.Database.Query(ReadCampaigns, reader => reader.GetGuid(0), ct, delivery.TenantId);
        Guid[] recipients =
        [
            .. from campaign in campaigns
               from channel in Enum.GetValues<Channel>()
               select DerivedId.Recipient(campaign, message.ContactId, channel),
        ];
        await erasure.Erase(delivery.TenantId, recipients, $"contact {message.ContactId}", delivery.Metadata with { UserName = message.By }, ct);

        // The contact goes last: as long as it is there, an attempt that broke off finds the address again.
        var session = delivery.OpenSession();
        session.Sql.Add(EraseReasons, session.TenantId, recipients);
        session.Sql.Add(EraseDeferrals, session.TenantId, recipients);
        session.Sql.Add(DeleteMemberships, session.TenantId, message.ContactId);
        session.Sql.Add(DeleteContact, session.TenantId, message.ContactId);
        if (contact is not null)
        {
            session.Send(new EraseAtProvider(contact.Email));
        }

        await session.Commit(ct);
    }

    static async Task<IResult> Ask(Guid id, ApiRequest request, CancellationToken ct)
    {
        if (await Contacts.Find(request.Store, request.TenantId, id, ct) is null)
        {
            return Problems.NotFound("contact");
        }

        var session = request.OpenSession();
        session.Send(new EraseContact(id, request.UserName), id: DerivedId.Named("erasure", request.TenantId, id.ToString()));
        await session.Commit(ct);
        return TypedResults.Accepted($"/api/v1/contacts/{id}");
    }
}
