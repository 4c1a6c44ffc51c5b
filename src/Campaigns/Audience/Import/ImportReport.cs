using System.Globalization;
using System.Text;
using System.Text.Json;
using Campaigns.Http;
using Campaigns.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Audience.Import;

/// <summary>What an import has come to so far. Every row of the file is one of created, existing, updated, duplicate and invalid.</summary>
/// <param name="Line">The last line of the file whose row is in.</param>
/// <param name="UnknownTimeZones">Contacts whose time zone was not understood and left empty.</param>
/// <param name="Columns">Which column of the file became what, in their order; null for an import of before this was told.</param>
/// <param name="Reason">Why it ended before the file did.</param>
/// <param name="UnusablePhones">Contacts whose telephone number was none, was several, or lacked its country code, and was left empty.</param>
/// <param name="Warnings">What should be looked at when it is completed: columns full of addresses or numbers that became attributes, columns that were left out, and cells that were read as empty or of which one value was taken.</param>
/// <param name="DryRun">It only says what would become of the rows: no contact, list or member was made or changed.</param>
/// <param name="Bytes">Of the file, in UTF-8, where it is taken in without anyone waiting; else null.</param>
/// <param name="BytesTaken">So many of these are in.</param>
/// <param name="MappedBy">How the columns became fields.</param>
public sealed record ImportReport(
    Guid Id, ImportStatus Status, string? FileName, Guid? ListId, ExistingContacts ExistingContacts, long Line,
    long Rows, long Created, long Existing, long Updated, long Duplicate, long Invalid, long UnknownTimeZones, string? Reason, long UnusablePhones,
    IReadOnlyList<ImportedColumn>? Columns, IReadOnlyList<string> Warnings, DateTimeOffset CreatedAt, bool DryRun, long? Bytes, long? BytesTaken,
    MappedBy MappedBy)
{
    internal static ImportReport Of(StreamState<ContactImport> import) => Of(import.Id, import.State);

    internal static ImportReport Of(Guid id, ContactImport import) => new(
        id, import.Status, import.FileName, import.ListId, import.ExistingContacts, import.Line, import.Rows, import.Created,
        import.Existing, import.Updated, import.Duplicate, import.Invalid, import.UnknownTimeZones, import.Failure, import.UnusablePhones, import.Columns,
        import.Warnings ?? [], DerivedId.TimeOf(id), import.DryRun, import.Bytes,
        import.Bytes is null ? null : import.Status == ImportStatus.Completed ? import.Bytes : import.Position,
        import.Map is null ? MappedBy.Names : import.MapRemembered ? MappedBy.Remembered : MappedBy.Caller);
}

public static class ImportReportEndpoints
{
    static readonly string ReadImports = Sql.Beside<ImportReport>(nameof(ReadImports));
    static readonly string ReadRejections = Sql.Beside<ImportReport>(nameof(ReadRejections));

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/imports", List)
            .WithName("ListImports").WithSummary("The imports, newest first").Produces<Page<ImportReport>>();
        api.MapGet("/imports/{id:guid}", Get)
            .WithName("GetImport").WithSummary("An import: its progress while it runs, its report afterwards")
            .Produces<ImportReport>().ProducesProblem(StatusCodes.Status404NotFound);
        api.MapGet("/imports/{id:guid}/rejections", Rejections)
            .WithName("ListImportRejections").WithSummary("The rows that did not become contacts, and the values that were left out of others, by line; format=csv downloads all of them")
            .WithMetadata(new OtherFormats(ListFormats.Csv)).Produces<Page<RejectedRow>>().ProducesProblem(StatusCodes.Status404NotFound);
    }

    static async Task<IResult> List([AsParameters] PageRequest page, ApiRequest request, CancellationToken ct) =>
        TypedResults.Ok(await ReadPage(request, page, ct));

    /// <summary>The imports of the caller's organisation, newest first.</summary>
    public static async Task<Page<ImportReport>> ReadPage(ApiRequest request, PageRequest page, CancellationToken ct)
    {
        var before = page.AfterId ?? Guid.AllBitsSet;
        var imports = await request.Store.Database.Query(
            ReadImports, reader => ImportReport.Of(reader.GetGuid(0), JsonSerializer.Deserialize<ContactImport>(reader.GetString(1), StoredJson.Options)!),
            ct, request.TenantId, before, page.Size + 1);
        return Page.Of(imports, page.Size, import => import.Id.ToString());
    }

    /// <summary>An import of the caller's organisation; null where there is none of that id.</summary>
    public static async Task<ImportReport?> Find(ApiRequest request, Guid id, CancellationToken ct)
    {
        var import = await request.Store.Load<ContactImport>(request.TenantId, id, ct);
        return import.State.Status == ImportStatus.Unknown ? null : ImportReport.Of(import);
    }

    static async Task<IResult> Get(Guid id, ApiRequest request, CancellationToken ct) =>
        await Find(request, id, ct) is { } report ? TypedResults.Ok(report) : Problems.NotFound("import");

    static async Task<IResult> Rejections(
        Guid id, [AsParameters] PageRequest page, ApiRequest request, CancellationToken ct, string? format = null)
    {
        if (await Find(request, id, ct) is null)
        {
            return Problems.NotFound("import");
        }

        if (string.Equals(format, "csv", StringComparison.OrdinalIgnoreCase))
        {
            return TypedResults.Stream(body => WriteCsv(request, id, body, ct), "text/csv; charset=utf-8", $"rejections-{id}.csv");
        }

        return TypedResults.Ok(await ReadRejected(request, id, page, ct));
    }

    /// <summary>The rows that did not become contacts and the values that were left out of others, by line.</summary>
    public static async Task<Page<RejectedRow>> ReadRejected(ApiRequest request, Guid id, PageRequest page, CancellationToken ct)
    {
        var rows = await Read(request, id, Position.Read(page), page.Size + 1, ct);
        return Page.Of(rows, page.Size, row => Position.After(row).ToString());
    }

    static Task<List<RejectedRow>> Read(ApiRequest request, Guid id, Position after, int atMost, CancellationToken ct) => request.Store.Database.Query(
        ReadRejections, reader => new RejectedRow(
            reader.GetInt64(0), reader.GetString(1), reader.TextOrNull(2), reader.ValueOrNull<long>(3)),
        ct, request.TenantId, id, after.Line, after.Reason, atMost);

    static async Task WriteCsv(ApiRequest request, Guid id, Stream body, CancellationToken ct)
    {
        await using var writer = new StreamWriter(body, new UTF8Encoding(true)); // the mark is what makes Excel read it as UTF-8
        await writer.WriteAsync("line,reason,value,duplicate_of\r\n");
        var rows = new List<RejectedRow>();
        do
        {
            rows = await Read(request, id, rows.Count == 0 ? Position.Start : Position.After(rows[^1]), PageRequest.LargestLimit, ct);
            foreach (var row in rows)
            {
                await writer.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"{row.Line},{row.Reason},{CsvCell.Of(row.Value)},{row.DuplicateOf}\r\n"));
            }
        }
        while (rows.Count == PageRequest.LargestLimit);
    }

    // A line has as many entries as values that were left out of it.
    readonly record struct Position(long Line, string Reason)
    {
        public static readonly Position Start = new(0, "");

        public static Position After(RejectedRow row) => new(row.Line, row.Reason);

        /// <exception cref="BadHttpRequestException">The cursor is none of this list.</exception>
        public static Position Read(PageRequest page) => page.After is not { } after ? Start
            : after.Split(' ') is [var line, var reason] && long.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? new Position(number, reason)
            : throw PageRequest.NotOurs();

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Line} {Reason}");
    }
}
