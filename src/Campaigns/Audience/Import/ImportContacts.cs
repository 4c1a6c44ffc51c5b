using Campaigns.Engine;
using Campaigns.Engine.Events;
using Campaigns.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using NpgsqlTypes;

namespace Campaigns.Audience.Import;

/// <param name="List">The id of a list, or the name of one, which is made when there is none; null for no list.</param>
public sealed record ImportContacts(string? List, ExistingContacts Existing, string? FileName);

/// <summary>Takes a file in, chunk by chunk: what was taken in stays, whatever happens to the rest.</summary>
public sealed class ImportContactsHandler(ApiRequest request)
{
    /// <summary>Rows of one commit: large enough that the round trips do not count, small enough that progress is seen.</summary>
    const int ChunkSize = 2000;

    static readonly string InsertList = Sql.Beside<CreateList>(nameof(InsertList));
    static readonly string KnownContacts = Sql.Beside<ImportContacts>(nameof(KnownContacts));
    static readonly string InsertContacts = Sql.Beside<ImportContacts>(nameof(InsertContacts));
    static readonly string MarkContacts = Sql.Beside<ImportContacts>(nameof(MarkContacts));
    static readonly string UpdateContacts = Sql.Beside<ImportContacts>(nameof(UpdateContacts));
    static readonly string InsertListMembers = Sql.Beside<AddListMembers>(nameof(InsertListMembers));
    static readonly string InsertRejections = Sql.Beside<ImportContacts>(nameof(InsertRejections));

    /// <summary>Imports the whole file.</summary>
    public async Task<(StreamState<ContactImport>? Import, Refusal? Refusal)> Run(ImportContacts command, ContactFile file, CancellationToken ct)
    {
        var (started, refusal) = await Start(command, ct);
        if (started is null)
        {
            return (null, refusal);
        }

        var import = started;
        try
        {
            for (var running = true; running;)
            {
                var chunk = await file.Read(ChunkSize, ct);
                import = await Take(import, chunk);
                running = !chunk.Ended;
            }
        }
        catch (Exception error)
        {
            // Whatever it was, the import must not look as if it were still running.
            await Fail(started.Id, error);
            throw;
        }

        return (import, null);
    }

    // Who makes a list of that name at the same moment may be faster: the next attempt finds it.
    Task<(StreamState<ContactImport>? Started, Refusal? Refusal)> Start(ImportContacts command, CancellationToken ct) =>
        EventStore.InRace<(StreamState<ContactImport>?, Refusal?)>(async () =>
        {
            var session = request.OpenSession();
            var (listId, refusal) = await FindOrMakeList(command.List, session, ct);
            if (refusal is not null)
            {
                return (null, refusal);
            }

            var fresh = new StreamState<ContactImport>(Guid.CreateVersion7(session.Now), ContactImport.Initial, 0);
            var started = session.Append(fresh, new ImportStarted(command.FileName, listId, command.Existing));
            session.Send(new LookAfterImport(started.Id, started.Version), session.Now + ImportCare.Patience);
            await session.Commit(ct);
            return (started, null);
        }, ct);

    async Task<(Guid? ListId, Refusal? Refusal)> FindOrMakeList(string? list, Session session, CancellationToken ct)
    {
        if (string.IsNullOrWhiteSpace(list))
        {
            return (null, null);
        }

        if (Guid.TryParse(list, out var id))
        {
            return await ContactLists.Find(request.Store, request.TenantId, id, ct) is null
                ? (null, new Refusal("not-found", "There is no such list.", RefusalKind.NotFound))
                : (id, null);
        }

        if (await ContactLists.FindByName(request.Store, request.TenantId, list.Trim(), ct) is { } known)
        {
            return (known, null);
        }

        if (ContactLists.CheckName(list) is { } refusal)
        {
            return (null, refusal);
        }

        id = Guid.CreateVersion7(session.Now);
        session.Sql.Add(InsertList, request.TenantId, id, list.Trim(), session.Now);
        return (id, null);
    }

    // A chunk that was read is also committed, even when the caller has gone: the report then says exactly how far it came.
    // Another import or caller may be faster with one of these contacts: the next attempt knows it.
    Task<StreamState<ContactImport>> Take(StreamState<ContactImport> import, FileChunk chunk) =>
        EventStore.InRace(async () =>
        {
            var session = request.OpenSession();
            var decided = ImportChunk.Decide(chunk.Rows, await Known(import.Id, chunk.Rows), session.Now);
            var after = import;
            if (chunk.Rows.Count > 0)
            {
                AddRows(session, import, decided);
                after = session.Append(after, decided.Progress(import.State.ExistingContacts));
            }

            if (chunk.Ended)
            {
                after = session.Append(after, chunk.Failure is { } failure ? new ImportFailed(failure, after.State.Line) : new ImportCompleted());
            }

            await session.Commit(CancellationToken.None);
            return after;
        }, CancellationToken.None);

    async Task<Dictionary<string, KnownContact>> Known(Guid importId, IReadOnlyList<FileRow> rows)
    {
        var addresses = rows.Where(row => row.Rejection is null).Select(row => row.Email).ToArray();
        var known = await request.Store.Database.Query(
            KnownContacts,
            reader => (Email: reader.GetString(0), Contact: new KnownContact(reader.GetGuid(1), reader.ValueOrNull<long>(2))),
            CancellationToken.None, request.TenantId, addresses, importId);
        return known.ToDictionary(found => found.Email, found => found.Contact, StringComparer.Ordinal);
    }

    static void AddRows(Session session, StreamState<ContactImport> import, ImportChunk chunk)
    {
        if (chunk.Created.Count > 0)
        {
            var rows = chunk.Created;
            session.Sql.Add(
                InsertContacts, session.TenantId,
                Column(rows, row => row.Id), Column(rows, row => row.Row.Email), Column(rows, row => row.Row.Phone), Column(rows, row => row.Row.FirstName),
                Column(rows, row => row.Row.LastName), Column(rows, row => row.Row.TimeZone), Json(rows), Column(rows, row => row.Row.Line),
                import.Id, session.Now);
        }

        if (chunk.Known.Count > 0 && import.State.ExistingContacts == ExistingContacts.Update)
        {
            var rows = chunk.Known;
            session.Sql.Add(
                UpdateContacts, session.TenantId,
                Column(rows, row => row.Id), Column(rows, row => row.Row.Phone), Column(rows, row => row.Row.FirstName), Column(rows, row => row.Row.LastName),
                Column(rows, row => row.Row.TimeZone), Json(rows), Column(rows, row => row.Row.Line), import.Id, session.Now);
        }
        else if (chunk.Known.Count > 0)
        {
            session.Sql.Add(
                MarkContacts, session.TenantId, Column(chunk.Known, row => row.Id), Column(chunk.Known, row => row.Row.Line), import.Id);
        }

        if (import.State.ListId is { } list)
        {
            Guid[] members = [.. chunk.Created.Select(row => row.Id), .. chunk.Known.Select(row => row.Id)];
            session.Sql.Add(InsertListMembers, session.TenantId, list, members);
        }

        if (chunk.Rejected.Count > 0)
        {
            var rows = chunk.Rejected;
            session.Sql.Add(
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

    async Task Fail(Guid importId, Exception error) => await request.Store.Decide<ContactImport>(
        request.OpenSession, importId, (import, _) => import.State.Status == ImportStatus.Running
            ? Outcome.Record(new ImportFailed($"An error in the server: {error.GetType().Name}.", import.State.Line))
            : Outcome.Nothing,
        CancellationToken.None);
}

public static class ImportContactsEndpoint
{
    const long LargestFileByDefault = 1L << 30;

    public static void Map(IEndpointRouteBuilder api) => api
        .MapPost("/imports", Handle)
        .WithMetadata(new LargestFile(api.ServiceProvider.GetRequiredService<IConfiguration>().GetValue("Import:LargestFileBytes", LargestFileByDefault)))
        .Accepts<Stream>("text/csv", "multipart/form-data", "text/plain", "text/tab-separated-values", "application/csv", "application/vnd.ms-excel",
            "application/octet-stream")
        .WithName("ImportContacts")
        .WithSummary("Import contacts from a CSV file")
        .WithDescription(
            "The file has a header line; the column email is required, phone, first_name, last_name and time_zone are known, "
            + "every other column becomes an attribute. "
            + "The file is taken in as it arrives, in chunks of 2,000 rows. `list` is the id of a list, or a name, "
            + "which is made when there is none of that name. "
            + "`existing` says what becomes of contacts that were there before: keep (the default) or update.")
        .Produces<ImportReport>(StatusCodes.Status201Created)
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity);

    static async Task<IResult> Handle(
        HttpRequest http, ApiRequest request, CancellationToken ct, string? list = null, string existing = "keep")
    {
        if (existing is not ("keep" or "update"))
        {
            return new Refusal("existing-unknown", "existing is keep (the default) or update.", RefusalKind.Invalid).ToProblem();
        }

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
            var command = new ImportContacts(list, existing == "update" ? ExistingContacts.Update : ExistingContacts.Keep, upload!.Name);
            var (import, refusal) = await new ImportContactsHandler(request).Run(command, file, ct);
            return import is null ? refusal!.ToProblem() : Answer(import);
        }
    }

    static IResult Answer(StreamState<ContactImport> import)
    {
        var report = ImportReport.Of(import);
        return report.Status == ImportStatus.Failed
            ? Problems.Problem("import-failed", $"{report.Failure} What came before is in.", StatusCodes.Status422UnprocessableEntity, ("import", report))
            : TypedResults.Created($"/api/v1/imports/{report.Id}", report);
    }

    sealed record LargestFile(long? MaxRequestBodySize) : IRequestSizeLimitMetadata;
}
