using System.Text.Json.Serialization;
using Campaigns.Storage;

namespace Campaigns.Audience.Import;

// The stored facts. These shapes are the storage format: fields may be added, never renamed or removed.

/// <summary>Once more where the import was given up and goes on.</summary>
/// <param name="ListId">The list that the contacts are added to; null for none.</param>
/// <param name="Columns">Which column of the file became what; null for an import of before this was told.</param>
/// <param name="DryRun">It only says what would become of the rows: no contact, list or member is made or changed.</param>
/// <param name="Map">What somebody said of some of its columns; null where all went by their names.</param>
/// <param name="MapRemembered">It was said of an earlier file with the very same columns.</param>
/// <param name="Bytes">Of the file, in UTF-8, which is kept and taken in without anyone waiting; null where it is taken in within the request.</param>
public sealed record ImportStarted(
    string? FileName,
    Guid? ListId,
    ExistingContacts Existing,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<ImportedColumn>? Columns = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool DryRun = false,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Bytes = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<ImportedColumn>? Map = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool MapRemembered = false);

/// <summary>What one chunk came to; its rows are in the same commit.</summary>
/// <param name="Line">The last line that was read.</param>
/// <param name="Position">Bytes of a kept file that are in.</param>
public sealed record ImportProgressed(
    long Line, int Rows, int Created, int Existing, int Updated, int Duplicate, int Invalid, int UnknownTimeZones,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] int UnusablePhones = 0,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] long Position = 0);

/// <param name="Warnings">What should be looked at, in sentences; null where nothing should.</param>
public sealed record ImportCompleted(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Warnings = null);

/// <param name="Line">The last line whose row is in.</param>
public sealed record ImportFailed(string Reason, long Line);

/// <summary>What becomes of a contact that was there before.</summary>
public enum ExistingContacts
{
    /// <summary>It keeps its fields and is only added to the list.</summary>
    Keep,

    /// <summary>The values in the file replace its own; what the file leaves empty stays.</summary>
    Update,

    /// <summary>The values in the file fill what it lacks; what it has stays.</summary>
    Fill,
}

public enum ImportStatus
{
    Unknown,

    /// <summary>The file is kept, and nothing of it is in yet.</summary>
    Queued,
    Running,
    Completed,
    Failed,
}

/// <summary>An import of contacts and how far it has come.</summary>
public sealed record ContactImport(
    ImportStatus Status, string? FileName, Guid? ListId, ExistingContacts ExistingContacts, long Line,
    long Rows, long Created, long Existing, long Updated, long Duplicate, long Invalid, long UnknownTimeZones, string? Failure,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] long UnusablePhones = 0,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<ImportedColumn>? Columns = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Warnings = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool DryRun = false,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Bytes = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] long Position = 0,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<ImportedColumn>? Map = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool MapRemembered = false) : IStreamState<ContactImport>
{
    public static readonly ContactImport Initial = new(ImportStatus.Unknown, null, null, ExistingContacts.Keep, 0, 0, 0, 0, 0, 0, 0, 0, null);

    /// <inheritdoc/>
    public Guid Id { get; init; }

    /// <inheritdoc/>
    public static ContactImport Begin(Guid id) => Initial with { Id = id };

    /// <summary>Neither the file nor the import has ended.</summary>
    public bool IsUnderWay() => Status is ImportStatus.Queued or ImportStatus.Running;

    public ContactImport Evolve(object fact) => fact switch
    {
        ImportStarted started => this with
        {
            Status = started.Bytes is null ? ImportStatus.Running : ImportStatus.Queued, FileName = started.FileName, ListId = started.ListId,
            ExistingContacts = started.Existing, Columns = started.Columns, DryRun = started.DryRun, Bytes = started.Bytes, Failure = null,
            Map = started.Map, MapRemembered = started.MapRemembered,
        },
        ImportProgressed chunk => this with
        {
            Status = ImportStatus.Running,
            Line = chunk.Line,
            Position = chunk.Position,
            Rows = Rows + chunk.Rows,
            Created = Created + chunk.Created,
            Existing = Existing + chunk.Existing,
            Updated = Updated + chunk.Updated,
            Duplicate = Duplicate + chunk.Duplicate,
            Invalid = Invalid + chunk.Invalid,
            UnknownTimeZones = UnknownTimeZones + chunk.UnknownTimeZones,
            UnusablePhones = UnusablePhones + chunk.UnusablePhones,
        },
        ImportCompleted completed => this with { Status = ImportStatus.Completed, Warnings = completed.Warnings },
        ImportFailed failed => this with { Status = ImportStatus.Failed, Line = failed.Line, Failure = failed.Reason },
        _ => this,
    };
}
