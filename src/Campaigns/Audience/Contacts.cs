using Campaigns.Http;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Audience;

/// <summary>The contacts of an organisation, to find and to look at.</summary>
public static class Contacts
{
    static readonly string FindContact = Sql.Beside<Contact>(nameof(FindContact));
    static readonly string FindContactByEmail = Sql.Beside<Contact>(nameof(FindContactByEmail));
    static readonly string ReadContacts = Sql.Beside<Contact>(nameof(ReadContacts));

    /// <summary>The contact, or null where the organisation has none of that id.</summary>
    public static async Task<Contact?> Find(IDocumentStore store, string tenantId, Guid id, CancellationToken ct) =>
        (await store.Database.Query(FindContact, Contact.Read, ct, tenantId, id)).SingleOrDefault();

    /// <param name="email">In its normal form, see <see cref="EmailAddress.Normalise"/>.</param>
    public static async Task<Contact?> FindByEmail(IDocumentStore store, string tenantId, string email, CancellationToken ct) =>
        (await store.Database.Query(FindContactByEmail, Contact.Read, ct, tenantId, email)).SingleOrDefault();

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/contacts", List)
            .WithName("ListContacts").WithSummary("The contacts, oldest first; email finds the one with that address").Produces<Page<Contact>>();
        api.MapGet("/contacts/{id:guid}", Get)
            .WithName("GetContact").WithSummary("A contact").Produces<Contact>().ProducesProblem(StatusCodes.Status404NotFound);
    }

    internal static IResult Exists(Contact contact) => Problems.Problem(
        "contact-exists", $"There is a contact with the address {contact.Email}.", StatusCodes.Status409Conflict, ("contactId", contact.Id));

    static async Task<IResult> List([AsParameters] PageRequest page, ApiRequest request, CancellationToken ct, string? email = null)
    {
        if (email is not null)
        {
            var found = EmailAddress.Normalise(email) is { } address ? await FindByEmail(request.Store, request.TenantId, address, ct) : null;
            return TypedResults.Ok(new Page<Contact>(found is null ? [] : [found], null));
        }

        var after = page.AfterId ?? Guid.Empty;
        var contacts = await request.Store.Database.Query(ReadContacts, Contact.Read, ct, request.TenantId, after, page.Size + 1);
        return TypedResults.Ok(Page.Of(contacts, page.Size, contact => contact.Id.ToString()));
    }

    static async Task<IResult> Get(Guid id, ApiRequest request, CancellationToken ct) =>
        await Find(request.Store, request.TenantId, id, ct) is { } contact ? TypedResults.Ok(contact) : Problems.NotFound("contact");
}
