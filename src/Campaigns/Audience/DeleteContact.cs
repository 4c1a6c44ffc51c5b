using Campaigns.Audience.Offers;
using Campaigns.Http;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Audience;

/// <summary>
/// Removes a contact and takes it off all lists. Campaigns that have it as a recipient skip it as deleted; what they sent stays on record, and so does that
/// its address is suppressed. To have a person forgotten is another thing: it is erased.
/// </summary>
public sealed record DeleteContact(Guid ContactId);

public static class DeleteContactHandler
{
    static readonly string DeleteMemberships = Sql.Beside<Contact>(nameof(DeleteMemberships));
    static readonly string DeleteOffers = Sql.Beside<Offer>(nameof(DeleteOffers));
    static readonly string DeleteContactItself = Sql.Beside<Contact>("DeleteContact");
    static readonly string KeepFormerAddress = Sql.Beside<Contact>(nameof(KeepFormerAddress));
    static readonly string HoldContact = Sql.Beside<Contact>(nameof(HoldContact));

    public static async Task<ContactKept> Handle(DeleteContact command, IDocumentSession session, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        if (await Contacts.Find(session.DocumentStore, session.TenantId, command.ContactId, ct) is not { } contact)
        {
            return new ContactKept(command.ContactId, Contacts.NotFound);
        }

        if (caller.IsOutdated(contact.Version) is { } outdated)
        {
            return new ContactKept(command.ContactId, outdated);
        }

        session.Expect<Contact>(contact.Id, HoldContact, session.TenantId, contact.Id, contact.UpdatedAt);
        session.Sql(KeepFormerAddress, session.TenantId, command.ContactId, clock.Microseconds());
        Remove(session, command.ContactId);
        caller.Keep();
        return new ContactKept(command.ContactId);
    }

    /// <summary>Has the commit remove the contact, its memberships and its offers.</summary>
    public static void Remove(IDocumentSession session, Guid contactId)
    {
        // The contact first: whoever gives it offers at this moment holds it, and is waited for.
        session.Sql(DeleteContactItself, session.TenantId, contactId);
        session.Sql(DeleteMemberships, session.TenantId, contactId);
        session.Sql(DeleteOffers, session.TenantId, contactId);
    }
}

static class DeleteContactEndpoints
{
    public static void Map(IEndpointRouteBuilder api) => api
        .MapDelete("/contacts/{id:guid}", async (Guid id, ApiRequest request, CancellationToken ct) =>
            (await request.Send<ContactKept>(new DeleteContact(id), ct)).Refusal?.ToProblem() ?? TypedResults.NoContent())
        .WithName("DeleteContact").WithSummary("Remove a contact; what was sent to it stays on record, and suppressions stay")
        .Produces(StatusCodes.Status204NoContent)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status412PreconditionFailed);
}
