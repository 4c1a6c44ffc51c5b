using Campaigns.Http;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using NpgsqlTypes;
using Wolverine;

namespace Campaigns.Audience.Import;

/// <param name="List">The id of a list, or the name of one, which is made when there is none; null for no list.</param>
/// <param name="DryRun">Only says what would become of the rows.</param>
/// <param name="Map">What somebody said of some of the columns; null where nobody did.</param>
/// <param name="Layout">Of a file of which the caller said it, and under which it is remembered; null where they did not.</param>
public sealed record ImportContacts(
    string? List, ExistingContacts Existing, string? FileName, IReadOnlyList<ImportedColumn> Columns, bool DryRun = false, IReadOnlyList<ImportedColumn>? Map = null,
    Guid? Layout = null);

/// <summary>Begins an import.</summary>
/// <param name="Bytes">Of the file where it is kept, to be taken in without anyone waiting; null where it is taken in within the request.</param>
public sealed record StartImport(Guid ImportId, ImportContacts Import, long? Bytes = null);

/// <summary>Goes on with an import whose server died, or that gave it up.</summary>
public sealed record ResumeImport(Guid ImportId);

/// <summary>Takes in what was read of its file. Rows that are in already do nothing.</summary>
public sealed record TakeImportChunk(Guid ImportId, FileChunk Chunk);

/// <summary>Whatever it was, an import must not look as if it were still running.</summary>
public sealed record FailImport(Guid ImportId, string Why);

public static class ImportContactsHandler
{
    static readonly string InsertList = Sql.Beside<CreateList>(nameof(InsertList));
    static readonly string KnownContacts = Sql.Beside<ImportContacts>(nameof(KnownContacts));
    static readonly string InsertContacts = Sql.Beside<ImportContacts>(nameof(InsertContacts));
    static readonly string MarkContacts = Sql.Beside<ImportContacts>(nameof(MarkContacts));
    static readonly string UpdateContacts = Sql.Beside<ImportContacts>(nameof(UpdateContacts));
    static readonly string InsertListMembers = Sql.Beside<AddListMembers>(nameof(InsertListMembers));
    static readonly string InsertRejections = Sql.Beside<ImportContacts>(nameof(InsertRejections));
    static readonly string InsertKeys = Sql.Beside<ImportContacts>(nameof(InsertKeys));
    static readonly string SeenKeys = Sql.Beside<ImportContacts>(nameof(SeenKeys));
    static readonly string DeleteKeys = Sql.Beside<ImportContacts>(nameof(DeleteKeys));

    // Who makes a list of that name at the same moment may be faster: the next attempt finds it.
    public static async Task<(Decided<ContactImport>, OutgoingMessages)> Handle(
        StartImport command, IDocumentSession session, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var time = clock.Microseconds();
        var import = await session.Events.FetchForWriting<ContactImport>(command.ImportId, ct);
        var wanted = command.Import;
        var (listId, refusal) = wanted.DryRun
            ? await FindList(wanted.List, session.DocumentStore, session.TenantId, ct)
            : await FindOrMakeList(wanted.List, session, time, ct);
        if (refusal is not null)
        {
            return import.Record(Outcome.Refuse(refusal));
        }

        if (wanted is { Layout: { } layout, DryRun: false })
        {
            ColumnMap.Remember(session, layout, wanted.Map ?? [], time);
        }

        caller.Keep($"/api/v1/imports/{command.ImportId}");
        var map = wanted.Map is { Count: > 0 } said ? said : null;
        return import.Record(Start(command.ImportId, new ImportStarted(
            wanted.FileName, listId, wanted.Existing, wanted.Columns, wanted.DryRun, command.Bytes, map, MapRemembered: map is not null && wanted.Layout is null), 1, time));
    }

    // What is kept needs nobody to look after it: the message that takes it in is there until it has ended.
    static Outcome Start(Guid id, ImportStarted started, long version, DateTimeOffset now) => started.Bytes is null
        ? Outcome.Record(started).Schedule(new LookAfterImport(id, version), now + LookAfterImportHandler.Patience)
        : Outcome.Record(started).Send(new TakeImport(id));

    public static async Task<(Decided<ContactImport>, OutgoingMessages)> Handle(
        ResumeImport command, IDocumentSession session, Caller _, TimeProvider clock, CancellationToken ct)
    {
        var import = await session.Events.FetchForWriting<ContactImport>(command.ImportId, ct);
        return import.Record(Resume(import.Loaded(), clock.Microseconds()));
    }

    /// <summary>Begins it once more where it was given up; whoever still runs it is not disturbed.</summary>
    public static Outcome Resume(StreamState<ContactImport> import, DateTimeOffset now) => import.State is { Status: ImportStatus.Failed, Bytes: null }
        ? Start(import.Id, Again(import.State), import.Version + 1, now)
        : Outcome.Nothing;

    /// <summary>The same import once more.</summary>
    internal static ImportStarted Again(ContactImport import) =>
        new(import.FileName, import.ListId, import.ExistingContacts, import.Columns, import.DryRun, import.Bytes, import.Map, import.MapRemembered);

    // Another import or caller may be faster with one of these contacts: the next attempt knows it. The caller is taken for its name on the events.
    public static async Task<(Decided<ContactImport>, OutgoingMessages)> Handle(
        TakeImportChunk command, IDocumentSession session, Caller _, TimeProvider clock, CancellationToken ct)
    {
        var (time, chunk) = (clock.Microseconds(), command.Chunk);
        var stream = await session.Events.FetchForWriting<ContactImport>(command.ImportId, ct);
        var import = stream.Loaded();
        if (import.State.Status == ImportStatus.Completed)
        {
            return stream.Record(Outcome.Nothing); // somebody else went on with it, and was faster
        }

        return stream.Record(await Take(import, chunk, 0, session, time, ct));
    }

    /// <summary>Adds to the commit what the rows of a chunk come to that are not in yet, and whether the file has ended with it.</summary>
    /// <param name="position">Bytes of a kept file that are in then.</param>
    internal static async Task<Outcome> Take(
        StreamState<ContactImport> import, FileChunk chunk, long position, IDocumentSession session, DateTimeOffset time, CancellationToken ct)
    {
        var outcome = Outcome.Nothing;
        FileRow[] rows = [.. chunk.Rows.Where(row => row.Line > import.State.Line)];
        if (rows.Length > 0)
        {
            var decided = ImportChunk.Decide(rows, await Known(import, rows, session, ct), time);
            AddRows(session, import, decided, time);
            outcome = outcome.And(decided.Progress(import.State.ExistingContacts) with { Position = position });
        }

        if (chunk.Ended)
        {
            var line = outcome.Events.Aggregate(import.State, (state, fact) => state.Evolve(fact)).Line;
            outcome = outcome.And(chunk.Failure is { } failure ? new ImportFailed(failure, line) : new ImportCompleted(chunk.Warnings is { Count: > 0 } warnings ? warnings : null));
            if (import.State.DryRun && (chunk.Failure is null || import.State.Bytes is not null))
            {
                session.Sql(DeleteKeys, session.TenantId, import.Id);
            }
        }

        return outcome;
    }

    public static async Task<(Decided<ContactImport>, OutgoingMessages)> Handle(
        FailImport command, IDocumentSession session, Caller _, CancellationToken ct)
    {
        var import = await session.Events.FetchForWriting<ContactImport>(command.ImportId, ct);
        return import.Record(import.State().IsUnderWay()
            ? Outcome.Record(new ImportFailed(command.Why, import.State().Line))
            : Outcome.Nothing);
    }

    static async Task<(Guid? ListId, Refusal? Refusal)> FindOrMakeList(string? list, IDocumentSession session, DateTimeOffset time, CancellationToken ct)
    {
        var (found, refusal) = await FindList(list, session.DocumentStore, session.TenantId, ct);
        if (found is not null || refusal is not null || string.IsNullOrWhiteSpace(list))
        {
            return (found, refusal);
        }

        var id = Guid.CreateVersion7(time);
        session.Sql(InsertList, session.TenantId, id, list.Trim(), time);
        return (id, null);
    }

    /// <summary>The list that is meant; null where there is none of that name yet, or none is meant.</summary>
    internal static async Task<(Guid? ListId, Refusal? Refusal)> FindList(string? list, IDocumentStore store, string tenantId, CancellationToken ct)
    {
        if (string.IsNullOrWhiteSpace(list))
        {
            return (null, null);
        }

        if (Guid.TryParse(list, out var id))
        {
            return await ContactLists.Find(store, tenantId, id, ct) is null
                ? (null, new Refusal("not-found", "There is no such list.", RefusalKind.NotFound))
                : (id, null);
        }

        var known = await ContactLists.FindByName(store, tenantId, list.Trim(), ct);
        return (known, known is null ? ContactLists.CheckName(list) : null);
    }

    static async Task<Dictionary<string, KnownContact>> Known(
        StreamState<ContactImport> import, IReadOnlyList<FileRow> rows, IDocumentSession session, CancellationToken ct)
    {
        var addresses = rows.Select(row => row.Email).OfType<string>().ToArray();
        var numbers = rows.Where(row => row is { Rejection: null, Email: null }).Select(row => row.Phone).OfType<string>().ToArray();
        var known = await session.DocumentStore.Database.Query(
            KnownContacts,
            reader => (Key: reader.GetString(0), Contact: new KnownContact(reader.GetGuid(1), reader.ValueOrNull<long>(2))),
            ct, session.TenantId, addresses, import.Id, numbers);
        var contacts = known.ToDictionary(found => found.Key, found => found.Contact, StringComparer.Ordinal);
        if (import.State.DryRun)
        {
            foreach (var (key, line) in await session.DocumentStore.Database.Query(
                SeenKeys, reader => (reader.GetString(0), reader.GetInt64(1)), ct, session.TenantId, import.Id, addresses.Concat(numbers).Distinct().ToArray()))
            {
                contacts[key] = new KnownContact(Guid.Empty, line);
            }
        }

        return contacts;
    }

    static void AddRows(IDocumentSession session, StreamState<ContactImport> import, ImportChunk chunk, DateTimeOffset time)
    {
        if (import.State.DryRun)
        {
            (Guid, FileRow Row)[] seen = [.. chunk.Created, .. chunk.Known];
            session.Sql(InsertKeys, session.TenantId, import.Id, Column(seen, row => row.Row.Key), Column(seen, row => row.Row.Line));
        }
        else
        {
            AddContacts(session, import, chunk, time);
        }

        if (chunk.Rejected.Count + chunk.LeftOut.Count > 0)
        {
            RejectedRow[] rows = [.. chunk.Rejected, .. chunk.LeftOut];
            session.Sql(
                InsertRejections, session.TenantId, import.Id,
                Column(rows, row => row.Line), Column(rows, row => row.Reason), Column(rows, row => row.Value), Column(rows, row => row.DuplicateOf));
        }
    }

    static void AddContacts(IDocumentSession session, StreamState<ContactImport> import, ImportChunk chunk, DateTimeOffset time)
    {
        if (chunk.Created.Count > 0)
        {
            var rows = chunk.Created;
            session.Sql(
                InsertContacts, session.TenantId,
                Column(rows, row => row.Id), Column(rows, row => row.Row.Email), Column(rows, row => row.Row.Phone), Column(rows, row => row.Row.FirstName),
                Column(rows, row => row.Row.LastName), Column(rows, row => row.Row.TimeZone), Json(rows), Column(rows, row => row.Row.Line),
                import.Id, time);
        }

        if (chunk.Known.Count > 0 && import.State.ExistingContacts != ExistingContacts.Keep)
        {
            var rows = chunk.Known;
            session.Sql(
                UpdateContacts, session.TenantId,
                Column(rows, row => row.Id), Column(rows, row => row.Row.Phone), Column(rows, row => row.Row.FirstName), Column(rows, row => row.Row.LastName),
                Column(rows, row => row.Row.TimeZone), Json(rows), Column(rows, row => row.Row.Line), import.Id, time,
                import.State.ExistingContacts == ExistingContacts.Update);
        }
        else if (chunk.Known.Count > 0)
        {
            session.Sql(
                MarkContacts, session.TenantId, Column(chunk.Known, row => row.Id), Column(chunk.Known, row => row.Row.Line), import.Id);
        }

        if (import.State.ListId is { } list)
        {
            Guid[] members = [.. chunk.Created.Select(row => row.Id), .. chunk.Known.Select(row => row.Id)];
            session.Sql(InsertListMembers, session.TenantId, list, members);
        }
    }

    static TValue[] Column<TRow, TValue>(IReadOnlyList<TRow> rows, Func<TRow, TValue> value)
    {
        var column = new TValue[rows.Count];
        for (var i = 0; i < column.Length; i++)
        {
            column[i] = value(rows[i]);
        }

        return column;
    }

    static Npgsql.NpgsqlParameter Json(IReadOnlyList<(Guid Id, FileRow Row)> rows) => new()
    {
        Value = Column(rows, row => row.Row.Attributes), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb,
    };
}

/// <summary>Takes a file in, chunk by chunk: what was taken in stays, whatever happens to the rest.</summary>
sealed class FileImport(ApiRequest request)
{
    /// <summary>Rows of one commit: large enough that the round trips do not count, small enough that progress is seen.</summary>
    const int ChunkSize = 2000;

    /// <summary>Imports the whole file, or what is not in yet where the same request began before.</summary>
    public async Task<Decided<ContactImport>> Run(ImportContacts import, ContactFile file, CancellationToken ct)
    {
        var id = request.Begun ?? Guid.CreateVersion7(request.Now);
        var decided = await request.Decide<ContactImport>(request.Begun is null ? new StartImport(id, import) : new ResumeImport(id), ct);
        if (decided.Refusal is not null || decided.Stream.State.Status == ImportStatus.Completed)
        {
            return decided;
        }

        try
        {
            for (var running = true; running;)
            {
                var chunk = await file.Read(ChunkSize, ct);
                // Committed even when the caller has gone: the report then says exactly how far it came.
                decided = await request.Decide<ContactImport>(new TakeImportChunk(id, chunk), CancellationToken.None);
                running = !chunk.Ended;
            }

            return decided;
        }
        catch (Exception error)
        {
            await request.Decide<ContactImport>(new FailImport(id, $"An error in the server: {error.GetType().Name}."), CancellationToken.None);
            throw;
        }
    }
}

static class ImportContactsEndpoints
{
    public static void Map(IEndpointRouteBuilder api) => api
        .MapPost("/imports", Handle)
        .WithMetadata(new GoesOn(), new AnswersLater())
        .WithMetadata(LargestFile.From(api.ServiceProvider.GetRequiredService<IConfiguration>()))
        // Some of these are no CSV: the answer says so, and what would do.
        .Accepts<Stream>("text/csv", "multipart/form-data", "text/plain", "text/tab-separated-values", "application/csv", "application/vnd.ms-excel",
            "application/octet-stream", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/vnd.oasis.opendocument.spreadsheet",
            "application/vnd.ms-excel.sheet.macroenabled.12", "application/zip", "application/x-zip-compressed", "application/gzip")
        .WithName("ImportContacts")
        .WithSummary("Import contacts from a CSV file")
        .WithDescription(
            "The file has a header line with a column email, phone or both; first_name, last_name and time_zone are known too, each by many names "
            + "in many languages, and every other column becomes an attribute: the answer says which became what. "
            + "The file is taken in as it arrives, in chunks of 2,000 rows. `list` is the id of a list, or a name, "
            + "which is made when there is none of that name. "
            + "`existing` says what becomes of contacts that were there before: keep (the default), update, where the file's values go before theirs, or fill, where theirs do. "
            + "`Prefer: respond-async` has the file kept and taken in without anyone waiting: the answer is 202, and the import says how far it is. "
            + "With `dryRun` the report is the same, and no contact, list or member is made or changed. "
            + "`map` says what a column is, as in `Kontakt-Mail:email`, `Foo:attributes.bar` and `Notes:-`, which leaves it out; it is remembered for files with the very same columns.")
        .Produces<ImportReport>(StatusCodes.Status201Created)
        .Produces<ImportReport>(StatusCodes.Status202Accepted)
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

    static async Task<IResult> Handle(
        HttpRequest http, ApiRequest request, ImportUpload uploads, CancellationToken ct, string? list = null, Word<ExistingContacts>? existing = null,
        bool dryRun = false, [FromQuery] string[]? map = null)
    {
        var (columns, unreadable) = ColumnMap.Read(map);
        if (unreadable is not null)
        {
            return unreadable.ToProblem();
        }

        if (await uploads.FindBegun(ct) is { } begun)
        {
            return Accept(http, begun);
        }

        var choices = new ImportChoices(list, existing?.Value ?? ExistingContacts.Keep, dryRun, columns);
        UploadedFile? upload;
        ContactFile? file;
        Refusal? unusable;
        try
        {
            (upload, unusable) = await UploadedFile.Of(http, ct);
            if (upload is not null && request.Begun is null && AnswersLater.IsPreferred(http))
            {
                var kept = await uploads.Keep(upload, choices, ct);
                return kept.Refusal?.ToProblem() ?? Accept(http, kept.Stream);
            }

            (file, unusable) = upload is null ? (null, unusable) : await ContactFile.Open(upload.Content, upload.Encoding, ct, uploads.MapFor(choices, ct));
        }
        catch (IOException error) when (error is not BadHttpRequestException)
        {
            return Problems.Problem("upload-broken", $"The upload broke off, and nothing of it is in: {error.Message}", StatusCodes.Status400BadRequest);
        }

        return file is null ? unusable!.ToProblem() : await Run(request, file, choices.Of(request.TenantId, upload!, file), ct);
    }

    static async Task<IResult> Run(ApiRequest request, ContactFile file, ImportContacts import, CancellationToken ct)
    {
        await using (file)
        {
            var decided = await new FileImport(request).Run(import, file, ct);
            return decided.Refusal?.ToProblem() ?? Answer(decided.Stream);
        }
    }

    static Accepted<ImportReport> Accept(HttpRequest http, StreamState<ContactImport> import)
    {
        AnswersLater.Apply(http.HttpContext.Response);
        return TypedResults.Accepted($"/api/v1/imports/{import.Id}", ImportReport.Of(import));
    }

    static IResult Answer(StreamState<ContactImport> import)
    {
        var report = ImportReport.Of(import);
        return report.Status == ImportStatus.Failed
            ? Problems.Problem("import-failed", $"{report.Reason} What came before is in.", StatusCodes.Status422UnprocessableEntity, ("import", report))
            : TypedResults.Created($"/api/v1/imports/{report.Id}", report);
    }
}
