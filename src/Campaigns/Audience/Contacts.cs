using Campaigns.Http;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace Campaigns.Audience;

/// <summary>The contacts of an organisation, to find and to look at.</summary>
public static class Contacts
{
    static readonly string FindContact = Sql.Beside<Contact>(nameof(FindContact));
    static readonly string FindContactByEmail = Sql.Beside<Contact>(nameof(FindContactByEmail));
    static readonly string FindContactsByPhone = Sql.Beside<Contact>(nameof(FindContactsByPhone));
    static readonly string FindSameContact = Sql.Beside<Contact>(nameof(FindSameContact));
    static readonly string ReadContacts = Sql.Beside<Contact>(nameof(ReadContacts));
    static readonly string ReadListContacts = Sql.Beside<Contact>(nameof(ReadListContacts));

    /// <summary>The contact, or null where the organisation has none of that id.</summary>
    public static async Task<Contact?> Find(IDocumentStore store, string tenantId, Guid id, CancellationToken ct) =>
        (await store.Database.Query(FindContact, Contact.Read, ct, tenantId, id)).SingleOrDefault();

    /// <param name="email">In its normal form, see <see cref="EmailAddress.Normalise"/>.</param>
    public static async Task<Contact?> FindByEmail(IDocumentStore store, string tenantId, string email, CancellationToken ct) =>
        (await store.Database.Query(FindContactByEmail, Contact.Read, ct, tenantId, email)).SingleOrDefault();

    /// <summary>The contact that is the same person: by the e-mail address, and without one by the number, among those who have no address.</summary>
    public static async Task<Contact?> FindSame(IDocumentStore store, string tenantId, ContactInput contact, CancellationToken ct) =>
        (await store.Database.Query(FindSameContact, Contact.Read, ct, tenantId, contact.Email, contact.Phone)).SingleOrDefault();

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/contacts", List)
            .WithName("ListContacts").WithSummary("The contacts, oldest first: all, of a list, by address, by number or by a part of either or of a name; as csv or ndjson all at once")
            .Produces<Page<Contact>>().ProducesProblem(StatusCodes.Status404NotFound)
            .WithMetadata(new OtherFormats(ListFormats.Csv, ListFormats.Ndjson));
        api.MapGet("/contacts/{id:guid}", Get)
            .WithName("GetContact").WithSummary("A contact").Produces<Contact>().ProducesProblem(StatusCodes.Status404NotFound);
    }

    internal static readonly Refusal NotFound = new("not-found", "There is no such contact.", RefusalKind.NotFound);

    /// <summary>The contact with its entity tag.</summary>
    internal static IResult Answer(ApiRequest request, Contact? contact)
    {
        if (contact is null)
        {
            return NotFound.ToProblem();
        }

        request.SetETag(contact.Version);
        return TypedResults.Ok(contact);
    }

    internal static IResult Exists(Contact contact) => Problems.Problem(
        "contact-exists", $"There is a contact with the {(contact.Email is null ? "number" : "address")} {contact.Email ?? contact.Phone}.", StatusCodes.Status409Conflict, ("contactId", contact.Id));

    static async Task<IResult> List(
        [AsParameters] PageRequest page, Word<ListFormat>? format, ApiRequest request, IOptions<JsonOptions> json, HttpContext http, CancellationToken ct,
        string? email = null, string? phone = null, string? search = null, Guid? list = null)
    {
        if (new[] { email, phone, search ?? list?.ToString() }.Count(filter => filter is not null) > 1)
        {
            throw new BadHttpRequestException("Ask by email, by phone, or by search and list: one of the three at a time.");
        }

        if (format is { Value: not ListFormat.Json } && (email ?? phone ?? search) is not null)
        {
            throw new BadHttpRequestException("A file holds all contacts, or those of a list: leave out email, phone and search, or format.");
        }

        if (list is { } id && await ContactLists.Find(request.Store, request.TenantId, id, ct) is null)
        {
            return Problems.NotFound("list");
        }

        if (email is not null)
        {
            var found = await FindByEmail(request.Store, request.TenantId, AddressFilter.ReadEmail(nameof(email), email), ct);
            return TypedResults.Ok(new Page<Contact>(found is null ? [] : [found], null));
        }

        if (search is not null)
        {
            return TypedResults.Ok(await new ContactSearch(request.Store, request.TenantId, list).Find(search, page, ct));
        }

        if (phone is null && ContactExport.Answer(list, request, http, format, json.Value.SerializerOptions, ct) is { } file)
        {
            return file;
        }

        var after = page.AfterId ?? Guid.Empty;
        var contacts =
            phone is not null ? await request.Store.Database.Query(
                FindContactsByPhone, Contact.Read, ct, request.TenantId, AddressFilter.ReadPhone(nameof(phone), phone), after, page.Size + 1)
            : list is not null ? await request.Store.Database.Query(ReadListContacts, Contact.Read, ct, request.TenantId, list, after, page.Size + 1)
            : await request.Store.Database.Query(ReadContacts, Contact.Read, ct, request.TenantId, after, page.Size + 1);
        return TypedResults.Ok(Page.Of(contacts, page.Size, contact => contact.Id.ToString()));
    }

    static async Task<IResult> Get(Guid id, ApiRequest request, CancellationToken ct) =>
        Answer(request, await Find(request.Store, request.TenantId, id, ct));
}
