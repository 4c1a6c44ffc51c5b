using Campaigns.Http;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Campaigns.Audience;

/// <summary>A list of contacts, for a campaign to go to.</summary>
public sealed record ContactList(Guid Id, string Name, DateTimeOffset CreatedAt, long Members);

/// <summary>The lists of an organisation, to find and to look at.</summary>
public static class ContactLists
{
    const int LongestName = 200;

    static readonly string FindList = Sql.Beside<ContactList>(nameof(FindList));
    static readonly string FindListByName = Sql.Beside<ContactList>(nameof(FindListByName));
    static readonly string ReadLists = Sql.Beside<ContactList>(nameof(ReadLists));
    static readonly string ReadListNames = Sql.Beside<ContactList>(nameof(ReadListNames));
    static readonly string ReadListContacts = Sql.Beside<ContactList>(nameof(ReadListContacts));
    static readonly string HoldLists = Sql.Beside<ContactList>(nameof(HoldLists));

    /// <summary>The list, or null where the organisation has none of that id.</summary>
    public static async Task<ContactList?> Find(IDocumentStore store, string tenantId, Guid id, CancellationToken ct) =>
        (await store.Database.Query(FindList, Read, ct, tenantId, id)).SingleOrDefault();

    /// <summary>The names of lists, newest first.</summary>
    /// <param name="ids">Which ones; null for all.</param>
    public static Task<List<(Guid Id, string Name)>> ReadNames(IDocumentStore store, string tenantId, IReadOnlyCollection<Guid>? ids, int most, CancellationToken ct) =>
        store.Database.Query(ReadListNames, reader => (reader.GetGuid(0), reader.GetString(1)), ct, tenantId, ids?.ToArray(), most);

    /// <summary>The id of the list of that name, in any letter case.</summary>
    public static async Task<Guid?> FindByName(IDocumentStore store, string tenantId, string name, CancellationToken ct) =>
        (await store.Database.Query<Guid?>(FindListByName, reader => reader.GetGuid(0), ct, tenantId, name)).SingleOrDefault();

    /// <summary>Adds to the commit of a stream that names lists that all of them are there still.</summary>
    /// <typeparam name="T">What the stream is.</typeparam>
    internal static void Expect<T>(IDocumentOperations session, Guid streamId, Guid[] ids)
    {
        if (ids.Length > 0)
        {
            session.Expect<T>(streamId, HoldLists, session.TenantId, ids, (long)ids.Length);
        }
    }

    /// <summary>What is wrong with a list's name; null where nothing is.</summary>
    public static Refusal? CheckName(string? name) => name?.Trim() switch
    {
        null or "" => new Refusal("name-missing", "A list has a name.", RefusalKind.Invalid),
        { Length: > LongestName } => new Refusal("name-too-long", $"The name of a list has at most {LongestName} characters.", RefusalKind.Invalid),
        var given when given.Any(char.IsControl) => new Refusal("name-invalid", "The name of a list is one line of text.", RefusalKind.Invalid),
        _ => null,
    };

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/lists", List)
            .WithName("ListLists").WithSummary("The lists, newest first").Produces<Page<ContactList>>();
        api.MapGet("/lists/{id:guid}", Get)
            .WithName("GetList").WithSummary("A list and how many contacts are on it")
            .Produces<ContactList>().ProducesProblem(StatusCodes.Status404NotFound);
        api.MapGet("/lists/{id:guid}/contacts", Contacts)
            .WithName("ListListContacts").WithSummary("The contacts on a list; as csv or ndjson all of them at once")
            .Produces<Page<Contact>>()
            .WithMetadata(new OtherFormats(ListFormats.Csv, ListFormats.Ndjson))
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    static async Task<IResult> List([AsParameters] PageRequest page, ApiRequest request, CancellationToken ct)
    {
        var before = page.AfterId ?? Guid.AllBitsSet;
        var lists = await request.Store.Database.Query(ReadLists, Read, ct, request.TenantId, before, page.Size + 1);
        return TypedResults.Ok(Page.Of(lists, page.Size, list => list.Id.ToString()));
    }

    static async Task<IResult> Get(Guid id, ApiRequest request, CancellationToken ct) =>
        await Find(request.Store, request.TenantId, id, ct) is { } list ? TypedResults.Ok(list) : Problems.NotFound("list");

    static async Task<IResult> Contacts(
        Guid id, [AsParameters] PageRequest page, Word<ListFormat>? format, ApiRequest request, IOptions<JsonOptions> json, HttpContext http,
        CancellationToken ct)
    {
        if (await Find(request.Store, request.TenantId, id, ct) is null)
        {
            return Problems.NotFound("list");
        }

        if (ContactExport.Answer(id, request, http, format, json.Value.SerializerOptions, ct) is { } file)
        {
            return file;
        }

        var after = page.AfterId ?? Guid.Empty;
        var contacts = await request.Store.Database.Query(ReadListContacts, Contact.Read, ct, request.TenantId, id, after, page.Size + 1);
        return TypedResults.Ok(Page.Of(contacts, page.Size, contact => contact.Id.ToString()));
    }

    static ContactList Read(NpgsqlDataReader reader) =>
        new(reader.GetGuid(0), reader.GetString(1), reader.GetFieldValue<DateTimeOffset>(2), reader.GetInt64(3));
}
