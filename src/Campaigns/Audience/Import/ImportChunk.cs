namespace Campaigns.Audience.Import;

/// <summary>A contact that was there when its address came up in a file.</summary>
/// <param name="SeenOnLine">The line of this same file that named it before; null when it is older than the import.</param>
public sealed record KnownContact(Guid Id, long? SeenOnLine);

/// <summary>A row that did not become a contact, or a value without which it became one, as it is kept and shown.</summary>
/// <param name="Line">Where the row begins in the file; the header is line 1.</param>
/// <param name="Reason">
/// Of a row: <c>duplicate</c>, <c>invalid-address</c>, <c>missing-address</c>, <c>malformed-row</c>, <c>invalid-text</c> or <c>value-too-long</c>. Of a value:
/// <c>unknown-time-zone</c>, <c>no-value</c>, <c>other-addresses</c>, <c>other-phones</c>, and <c>unusable-phone</c> or <c>several-phones</c>, which are those of a row where it
/// has no e-mail address either.
/// </param>
/// <param name="Value">Invisible characters in it are shown as in <c>&lt;U+200B&gt;</c>.</param>
/// <param name="DuplicateOf">The line that named the same address first.</param>
public sealed record RejectedRow(long Line, string Reason, string? Value, long? DuplicateOf);

/// <summary>What the rows of one chunk come to.</summary>
/// <param name="LeftOut">Values of contacts that are in without them.</param>
public sealed record ImportChunk(
    IReadOnlyList<(Guid Id, FileRow Row)> Created,
    IReadOnlyList<(Guid Id, FileRow Row)> Known,
    IReadOnlyList<RejectedRow> Rejected,
    IReadOnlyList<RejectedRow> LeftOut)
{
    /// <summary>Sorts the rows; an address, or the number of one who has none, counts once per file, and its first line wins.</summary>
    public static ImportChunk Decide(IReadOnlyList<FileRow> rows, IReadOnlyDictionary<string, KnownContact> known, DateTimeOffset now)
    {
        var created = new List<(Guid, FileRow)>(rows.Count);
        var existing = new List<(Guid, FileRow)>();
        var rejected = new List<RejectedRow>();
        var inThisChunk = new Dictionary<string, long>(rows.Count, StringComparer.Ordinal);
        foreach (var row in rows)
        {
            if (row.Rejection is { } reason)
            {
                rejected.Add(new RejectedRow(row.Line, reason, row.Value, null));
            }
            else if (inThisChunk.TryGetValue(row.Key, out var first))
            {
                rejected.Add(new RejectedRow(row.Line, RejectionReason.Duplicate, row.Key, first));
            }
            else if (!known.TryGetValue(row.Key, out var contact))
            {
                inThisChunk.Add(row.Key, row.Line);
                created.Add((Guid.CreateVersion7(now), row));
            }
            else if (contact.SeenOnLine is { } earlier)
            {
                rejected.Add(new RejectedRow(row.Line, RejectionReason.Duplicate, row.Key, earlier));
            }
            else
            {
                inThisChunk.Add(row.Key, row.Line);
                existing.Add((contact.Id, row));
            }
        }

        return new ImportChunk(created, existing, rejected, FindLeftOut(rows, rejected));
    }

    public ImportProgressed Progress(ExistingContacts policy)
    {
        var taken = Created.Concat(Known);
        var duplicates = Rejected.Count(row => row.Reason == RejectionReason.Duplicate);
        return new ImportProgressed(
            Line: Math.Max(taken.Select(contact => contact.Row.Line).DefaultIfEmpty().Max(), Rejected.Select(row => row.Line).DefaultIfEmpty().Max()),
            Rows: Created.Count + Known.Count + Rejected.Count,
            Created: Created.Count,
            Existing: policy == ExistingContacts.Keep ? Known.Count : 0,
            Updated: policy == ExistingContacts.Keep ? 0 : Known.Count,
            Duplicate: duplicates,
            Invalid: Rejected.Count - duplicates,
            UnknownTimeZones: LeftOut.Count(value => value.Reason == RejectionReason.UnknownTimeZone),
            UnusablePhones: LeftOut.Count(value => value.Reason is RejectionReason.UnusablePhone or RejectionReason.SeveralPhones));
    }

    static List<RejectedRow> FindLeftOut(IReadOnlyList<FileRow> rows, List<RejectedRow> rejected)
    {
        var leftOut = new List<RejectedRow>();
        var rejectedLines = rejected.Select(row => row.Line).ToHashSet();
        foreach (var row in rows.Where(row => !rejectedLines.Contains(row.Line)))
        {
            Add(row, row.OtherAddresses, RejectionReason.OtherAddresses);
            Add(row, row.OtherPhones, RejectionReason.OtherPhones);
            Add(row, row.UnusablePhone, row.UnusablePhone is { } phone ? RejectionReason.OfPhone(phone) : "");
            Add(row, row.UnknownTimeZone, RejectionReason.UnknownTimeZone);
            Add(row, row.NoValues, RejectionReason.NoValue);
        }

        return leftOut;

        void Add(FileRow row, string? value, string reason)
        {
            if (value is not null)
            {
                leftOut.Add(new RejectedRow(row.Line, reason, value, null));
            }
        }
    }
}
