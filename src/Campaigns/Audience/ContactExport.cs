using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Campaigns.Audience.Import;
using Campaigns.Http;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Http;

namespace Campaigns.Audience;

/// <summary>Contacts as a CSV file that an import reads back as they are: a page in memory at a time.</summary>
sealed class ContactExport(IDocumentStore store, string tenantId, Guid? listId)
{
    static readonly string ReadAttributeNames = Sql.Beside<ContactExport>(nameof(ReadAttributeNames));
    static readonly string ReadContacts = Sql.Beside<Contact>(nameof(ReadContacts));
    static readonly string ReadListContacts = Sql.Beside<Contact>(nameof(ReadListContacts));

    static readonly byte[] LineEnd = "\n"u8.ToArray();

    /// <returns>The file, where the caller asks for one; null for pages of JSON.</returns>
    public static IResult? Answer(Guid? listId, ApiRequest request, HttpContext http, Word<ListFormat>? format, JsonSerializerOptions json, CancellationToken ct)
    {
        var export = new ContactExport(request.Store, request.TenantId, listId);
        var name = listId is { } list ? $"contacts-{list}" : "contacts";
        return ListFormats.Of(http.Request, format) switch
        {
            ListFormat.Csv => TypedResults.Stream(body => export.WriteCsv(body, ct), $"{ListFormats.Csv}; charset=utf-8", name + ".csv"),
            ListFormat.Ndjson => TypedResults.Stream(body => export.WriteNdjson(json, body, ct), ListFormats.Ndjson, name + ".ndjson"),
            _ => null,
        };
    }

    async Task WriteCsv(Stream body, CancellationToken ct)
    {
        // Those of contacts that are changed meanwhile may lack: the file is what there was.
        var attributes = await store.Database.Query(ReadAttributeNames, reader => reader.GetString(0), ct, tenantId, listId);
        await using var writer = new StreamWriter(body, new UTF8Encoding(true)); // the mark is what makes Excel read it as UTF-8
        string[] columns = [ColumnNames.Email, ColumnNames.Phone, ColumnNames.FirstName, ColumnNames.LastName, ColumnNames.TimeZone, .. attributes];
        await WriteRow(writer, columns);
        await foreach (var contact in Contacts(ct))
        {
            await WriteRow(
                writer,
                [
                    contact.Email, contact.Phone, contact.FirstName, contact.LastName, contact.TimeZone,
                    .. attributes.Select(name => contact.Attributes.GetValueOrDefault(name)),
                ]);
        }
    }

    async Task WriteNdjson(JsonSerializerOptions json, Stream body, CancellationToken ct)
    {
        await using var buffer = new BufferedStream(body, 64 * 1024);
        await foreach (var contact in Contacts(ct))
        {
            await JsonSerializer.SerializeAsync(buffer, contact, json, ct);
            await buffer.WriteAsync(LineEnd, ct);
        }
    }

    static Task WriteRow(StreamWriter writer, IEnumerable<string?> values) => writer.WriteAsync(string.Join(',', values.Select(CsvCell.Of)) + "\r\n");

    async IAsyncEnumerable<Contact> Contacts([EnumeratorCancellation] CancellationToken ct)
    {
        List<Contact> contacts;
        var after = Guid.Empty;
        do
        {
            contacts = listId is { } list
                ? await store.Database.Query(ReadListContacts, Contact.Read, ct, tenantId, list, after, PageRequest.LargestLimit)
                : await store.Database.Query(ReadContacts, Contact.Read, ct, tenantId, after, PageRequest.LargestLimit);
            foreach (var contact in contacts)
            {
                yield return contact;
                after = contact.Id;
            }
        }
        while (contacts.Count == PageRequest.LargestLimit);
    }
}
