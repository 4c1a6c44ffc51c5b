using System.Text.Json.Serialization;

namespace Campaigns.Audience.Import;

// In messages: members may be added, never renamed or removed.

/// <summary>How far a file was read, and what was counted in it, so that somebody else can read on.</summary>
/// <param name="Position">Bytes, in UTF-8, up to the end of the last row.</param>
/// <param name="Line">The line on which that row ends.</param>
/// <param name="Found">What was counted in the columns in which there was something to count.</param>
public sealed record FilePlace(
    long Position,
    long Line,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<ColumnCount>? Found = null);

/// <summary>What was counted in a column of a file.</summary>
/// <param name="Column">Which one, from 0.</param>
/// <param name="Values">Of a column that becomes an attribute; so many of them are addresses, or numbers.</param>
/// <param name="Placeholders">Cells that were read as empty; so many of them are told as rejections, and which came first.</param>
/// <param name="Several">Cells with several values.</param>
public sealed record ColumnCount(
    int Column, int Values, int Addresses, int Numbers, int Placeholders, int Told, int Several, long FirstLine,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? First = null);
