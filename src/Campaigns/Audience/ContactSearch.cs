using Campaigns.Http;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Http;

namespace Campaigns.Audience;

/// <summary>
/// Contacts by a part of their address, number or name. No index knows parts of words without making each import dearer: a page looks through so many
/// contacts at most, in the order of their ids, and its cursor says where the next one goes on. It may have few rows, or none, and still not be the last.
/// </summary>
public sealed class ContactSearch(IDocumentStore store, string tenantId, Guid? listId)
{
    public const int MostLookedThrough = 50_000;
    const int LongestText = 200;

    static readonly string FindSearchEnd = Sql.Beside<ContactSearch>(nameof(FindSearchEnd));
    static readonly string FindListSearchEnd = Sql.Beside<ContactSearch>(nameof(FindListSearchEnd));
    static readonly string SearchContacts = Sql.Beside<ContactSearch>(nameof(SearchContacts));
    static readonly string SearchListContacts = Sql.Beside<ContactSearch>(nameof(SearchListContacts));

    /// <summary>A page of those in whose address, number or name the text stands.</summary>
    /// <param name="text">In any letter case. A blank in front of digits is the plus that it was before it came in a query.</param>
    /// <param name="most">How many are looked through.</param>
    public async Task<Page<Contact>> Find(string text, PageRequest page, CancellationToken ct, int most = MostLookedThrough)
    {
        var wanted = text is [' ', var digit, ..] && char.IsAsciiDigit(digit) ? "+" + text.Trim() : text.Trim();
        if (wanted.Length is 0 or > LongestText)
        {
            throw new BadHttpRequestException($"search is 1 to {LongestText} characters of an address, a number or a name.");
        }

        var after = page.AfterId ?? Guid.Empty;
        object?[] from = listId is { } members ? [tenantId, after, most - 1, members] : [tenantId, after, most - 1];
        var ends = await store.Database.Query(listId is null ? FindSearchEnd : FindListSearchEnd, reader => reader.GetGuid(0), ct, from);
        Guid? end = ends is [var last] ? last : null;
        object?[] values = [tenantId, after, end, wanted, page.Size + 1, EmailAddress.SpellDomain(wanted)];
        var found = await store.Database.Query(
            listId is null ? SearchContacts : SearchListContacts, Contact.Read, ct, listId is { } list ? [.. values, list] : values);
        var matches = Page.Of(found, page.Size, contact => contact.Id.ToString());
        return matches.Next is null && end is { } more ? matches with { Next = PageRequest.Encode(more.ToString()) } : matches;
    }
}
