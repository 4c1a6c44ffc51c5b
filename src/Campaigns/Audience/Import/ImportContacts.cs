using Campaigns.Http;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using NpgsqlTypes;
using Wolverine;

namespace Campaigns.Audience.Import;

/// <param name="List">The id of a list, or the name of one, which is made when there is none; null for no list.</param>
public sealed record ImportContacts(string? List, ExistingContacts Existing, string? FileName, IReadOnlyList<ImportedColumn> Columns);

/// <summary>Begins an import.</summary>
public sealed record StartImport(Guid ImportId, ImportContacts Import);

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

    // Who makes a list of that name at the same moment may be faster: the next attempt finds it.
    public static async Task<(Decided<ContactImport>, OutgoingMessages)> Handle(
        StartImport command, IDocumentSession session, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var time = clock.Microseconds();
        var import = await session.Events.FetchForWriting<ContactImport>(command.ImportId, ct);
        var (listId, refusal) = await FindOrMakeList(command.Import.List, session, time, ct);
        if (refusal is not null)
        {
            return import.Record(Outcome.Refuse(refusal));
        }

        caller.Keep($"/api/v1/imports/{command.ImportId}");
        return import.Record(Outcome.Record(new ImportStarted(command.Import.FileName, listId, command.Import.Existing, command.Import.Columns))
            .Schedule(new LookAfterImport(command.ImportId, 1), time + LookAfterImportHandler.Patience));
    }

    public static async Task<(Decided<ContactImport>, OutgoingMessages)> Handle(
        ResumeImport command, IDocumentSession session, Caller _, TimeProvider clock, CancellationToken ct)
    {
        var import = await session.Events.FetchForWriting<ContactImport>(command.ImportId, ct);
        return import.Record(Resume(import.Loaded(), clock.Microseconds()));
    }

    /// <summary>Begins it once more where it was given up; whoever still runs it is not disturbed.</summary>
    public static Outcome Resume(StreamState<ContactImport> import, DateTimeOffset now) => import.State.Status == ImportStatus.Failed
        ? Outcome.Record(new ImportStarted(import.State.FileName, import.State.ListId, import.State.ExistingContacts, import.State.Columns))
            .Schedule(new LookAfterImport(import.Id, import.Version + 1), now + LookAfterImportHandler.Patience)
        : Outcome.Nothing;

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

        var outcome = Outcome.Nothing;
        FileRow[] rows = [.. chunk.Rows.Where(row => row.Line > import.State.Line)];
        if (rows.Length > 0)
        {
            var decided = ImportChunk.Decide(rows, await Known(import.Id, rows, session, ct), time);
            AddRows(session, import, decided, time);
            outcome = outcome.And(decided.Progress(import.State.ExistingContacts));
        }

        if (chunk.Ended)
        {
            var line = outcome.Events.Aggregate(import.State, (state, fact) => state.Evolve(fact)).Line;
            outcome = outcome.And(chunk.Failure is { } failure ? new ImportFailed(failure, line) : new ImportCompleted(chunk.Warnings is { Count: > 0 } warnings ? warnings : null));
        }

        return stream.Record(outcome);
    }

    public static async Task<(Decided<ContactImport>, OutgoingMessages)> Handle(
        FailImport command, IDocumentSession session, Caller _, CancellationToken ct)
    {
        var import = await session.Events.FetchForWriting<ContactImport>(command.ImportId, ct);
        return import.Record(import.State().Status == ImportStatus.Running
            ? Outcome.Record(new ImportFailed(command.Why, import.State().Line))
            : Outcome.Nothing);
    }

    static async Task<(Guid? ListId, Refusal? Refusal)> FindOrMakeList(string? list, IDocumentSession session, DateTimeOffset time, CancellationToken ct)
    {
        if (string.IsNullOrWhiteSpace(list))
        {
            return (null, null);
        }

        if (Guid.TryParse(list, out var id))
        {
            return await ContactLists.Find(session.DocumentStore, session.TenantId, id, ct) is null
                ? (null, new Refusal("not-found", "There is no such list.", RefusalKind.NotFound))
                : (id, null);
        }

        if (await ContactLists.FindByName(session.DocumentStore, session.TenantId, list.Trim(), ct) is { } known)
        {
            return (known, null);
        }

        if (ContactLists.CheckName(list) is { } refusal)
        {
            return (null, refusal);
        }

        id = Guid.CreateVersion7(time);
        session.Sql(InsertList, session.TenantId, id, list.Trim(), time);
        return (id, null);
    }

    static async Task<Dictionary<string, KnownContact>> Known(Guid importId, IReadOnlyList<FileRow> rows, IDocumentSession session, CancellationToken ct)
    {
        var addresses = rows.Select(row => row.Email).OfType<string>().ToArray();
        var numbers = rows.Where(row => row is { Rejection: null, Email: null }).Select(row => row.Phone).OfType<string>().ToArray();
        var known = await session.DocumentStore.Database.Query(
            KnownContacts,
            reader => (Key: reader.GetString(0), Contact: new KnownContact(reader.GetGuid(1), reader.ValueOrNull<long>(2))),
            ct, session.TenantId, addresses, importId, numbers);
        return known.ToDictionary(found => found.Key, found => found.Contact, StringComparer.Ordinal);
    }

    static void AddRows(IDocumentSession session, StreamState<ContactImport> import, ImportChunk chunk, DateTimeOffset time)
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

        if (chunk.Rejected.Count + chunk.LeftOut.Count > 0)
        {
            RejectedRow[] rows = [.. chunk.Rejected, .. chunk.LeftOut];
            session.Sql(
                InsertRejections, session.TenantId, import.Id,
                Column(rows, row => row.Line), Column(rows, row => row.Reason), Column(rows, row => row.Value), Column(rows, row => row.DuplicateOf));
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
    const long LargestFileByDefault = 1L << 30;

    public static void Map(IEndpointRouteBuilder api) => api
        .MapPost("/imports", Handle)
        .WithMetadata(new GoesOn())
        .WithMetadata(new LargestFile(api.ServiceProvider.GetRequiredService<IConfiguration>().GetValue("Import:LargestFileBytes", LargestFileByDefault)))
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
            + "`existing` says what becomes of contacts that were there before: keep (the default), update, where the file's values go before theirs, or fill, where theirs do.")
        .Produces<ImportReport>(StatusCodes.Status201Created)
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

    static async Task<IResult> Handle(
        HttpRequest http, ApiRequest request, CancellationToken ct, string? list = null, Word<ExistingContacts>? existing = null)
    {
        UploadedFile? upload;
        ContactFile? file;
        Refusal? unusable;
        try
        {
            (upload, unusable) = await UploadedFile.Of(http, ct);
            (file, unusable) = upload is null ? (null, unusable) : await ContactFile.Open(upload.Content, upload.Encoding, ct);
        }
        catch (IOException error) when (error is not BadHttpRequestException)
        {
            return Problems.Problem("upload-broken", $"The upload broke off before its first rows: {error.Message}", StatusCodes.Status400BadRequest);
        }

        if (file is null)
        {
            return unusable!.ToProblem();
        }

        await using (file)
        {
            var command = new ImportContacts(list, existing?.Value ?? ExistingContacts.Keep, upload!.Name, file.Columns);
            var decided = await new FileImport(request).Run(command, file, ct);
            return decided.Refusal?.ToProblem() ?? Answer(decided.Stream);
        }
    }

    static IResult Answer(StreamState<ContactImport> import)
    {
        var report = ImportReport.Of(import);
        return report.Status == ImportStatus.Failed
            ? Problems.Problem("import-failed", $"{report.Reason} What came before is in.", StatusCodes.Status422UnprocessableEntity, ("import", report))
            : TypedResults.Created($"/api/v1/imports/{report.Id}", report);
    }

    sealed record LargestFile(long? MaxRequestBodySize) : IRequestSizeLimitMetadata;
}
