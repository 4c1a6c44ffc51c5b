using System.Text.Json.Serialization;
using Campaigns.Storage;

namespace Campaigns.Audience.Import;

// The stored facts. These shapes are the storage format: fields may be added, never renamed or removed.

/// <summary>Once more where the import was given up and goes on.</summary>
/// <param name="ListId">The list that the contacts are added to; null for none.</param>
/// <param name="Columns">Which column of the file became what; null for an import of before this was told.</param>
public sealed record ImportStarted(
    string? FileName,
    Guid? ListId,
    ExistingContacts Existing,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<ImportedColumn>? Columns = null);

/// <summary>What one chunk came to; its rows are in the same commit.</summary>
/// <param name="Line">The last line that was read.</param>
public sealed record ImportProgressed(
    long Line, int Rows, int Created, int Existing, int Updated, int Duplicate, int Invalid, int UnknownTimeZones,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] int UnusablePhones = 0);

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
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Warnings = null) : IStreamState<ContactImport>
{
    public static readonly ContactImport Initial = new(ImportStatus.Unknown, null, null, ExistingContacts.Keep, 0, 0, 0, 0, 0, 0, 0, 0, null);

    /// <inheritdoc/>
    public Guid Id { get; init; }

    /// <inheritdoc/>
    public static ContactImport Begin(Guid id) => Initial with { Id = id };

    public ContactImport Evolve(object fact) => fact switch
    {
        ImportStarted started => this with
        {
            Status = ImportStatus.Running, FileName = started.FileName, ListId = started.ListId, ExistingContacts = started.Existing,
            Columns = started.Columns, Failure = null,
        },
        ImportProgressed chunk => this with
        {
            Line = chunk.Line,
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
