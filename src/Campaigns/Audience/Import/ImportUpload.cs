using System.Text;
using Campaigns.Http;
using Campaigns.Storage;

namespace Campaigns.Audience.Import;

/// <summary>What the caller chooses of an import.</summary>
/// <param name="List">The id of a list, or the name of one, which is made when there is none; null for no list.</param>
/// <param name="DryRun">Only says what would become of the rows.</param>
/// <param name="Map">What some of the columns are; null for what is remembered of such a file, or else what their names say.</param>
public sealed record ImportChoices(string? List, ExistingContacts Existing, bool DryRun = false, IReadOnlyList<ImportedColumn>? Map = null)
{
    internal ImportContacts Of(string tenantId, UploadedFile upload, ContactFile file) => new(
        List, Existing, upload.Name, file.Columns, DryRun, file.Map, Map is null ? null : ColumnMap.Layout(tenantId, file.Headers));
}

/// <summary>
/// Keeps a file in the database, to be taken in without anyone waiting for it. It is there before the import is: a server that dies in between leaves parts
/// of a file that nobody asks for, which are swept away.
/// </summary>
public sealed class ImportUpload(ApiRequest request)
{
    /// <summary>Bytes in which the header stands, in any encoding: what is longer than a row may be is refused.</summary>
    const int Beginning = 2 * 1024 * 1024;

    /// <summary>What this same request began before, where it is taken in without anyone waiting.</summary>
    public async Task<StreamState<ContactImport>?> FindBegun(CancellationToken ct) =>
        request.Begun is { } id && await request.Store.Load<ContactImport>(request.TenantId, id, ct) is { State.Bytes: not null } begun ? begun : null;

    /// <summary>What the columns of a file are to be: as when its import began, as the caller says now, or as somebody said of the last such file.</summary>
    internal FindMap MapFor(ImportChoices choices, CancellationToken ct) => async headers =>
        request.Begun is { } id ? (await request.Store.Load<ContactImport>(request.TenantId, id, ct)).State.Map
        : choices.Map ?? await ColumnMap.Find(request.Store, request.TenantId, headers, ct);

    /// <summary>Keeps a file and begins its import, or refuses what can be seen by its header and keeps nothing.</summary>
    /// <exception cref="IOException">The upload broke off; nothing of it is kept.</exception>
    public async Task<Decided<ContactImport>> Keep(UploadedFile upload, ImportChoices choices, CancellationToken ct)
    {
        var id = Guid.CreateVersion7(request.Now);
        var (beginning, whole) = await FileBeginning.Read(upload.Content, Beginning, ct);
        var (file, refusal) = await ContactFile.Open(new MemoryStream(beginning), upload.Encoding, ct, MapFor(choices, ct));
        if (file is null)
        {
            return Refuse(id, refusal!);
        }

        await using (file)
        {
            (_, refusal) = await ImportContactsHandler.FindList(choices.List, request.Store, request.TenantId, ct);
            return refusal is not null ? Refuse(id, refusal) : await Keep(id, InUtf8(beginning, whole, upload.Encoding), choices.Of(request.TenantId, upload, file), ct);
        }
    }

    async Task<Decided<ContactImport>> Keep(Guid id, Stream content, ImportContacts import, CancellationToken ct)
    {
        var database = request.Store.Database;
        long bytes;
        try
        {
            bytes = await KeptUpload.Keep(database, request.TenantId, id, content, request.Store.Clock, ct);
        }
        catch
        {
            await KeptUpload.Discard(database, request.TenantId, id);
            throw;
        }

        // Where the answer to this commit is lost, it may hold: the file stays, and is swept away where nobody needs it.
        var decided = await request.Decide<ContactImport>(new StartImport(id, import, bytes), ct);
        if (decided.Refusal is not null)
        {
            await KeptUpload.Discard(database, request.TenantId, id);
        }

        return decided;
    }

    // Whoever reads on in the middle has no byte order mark to go by.
    static Stream InUtf8(ReadOnlySpan<byte> beginning, Stream whole, Encoding? given) =>
        (FileKind.EncodingByMark(beginning) ?? given) is { } encoding ? Encoding.CreateTranscodingStream(whole, encoding, Encoding.UTF8, leaveOpen: true) : whole;

    static Decided<ContactImport> Refuse(Guid id, Refusal refusal) => new(new StreamState<ContactImport>(id, ContactImport.Begin(id), 0), [], refusal);
}
