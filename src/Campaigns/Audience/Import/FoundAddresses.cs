namespace Campaigns.Audience.Import;

/// <summary>
/// Counts what stands in the columns that become attributes: one that is full of addresses or numbers was perhaps meant to be the contact's, under a
/// name that nobody knows.
/// </summary>
sealed class FoundAddresses(int columns)
{
    readonly (int Values, int Addresses, int Numbers)[] counts = new (int, int, int)[columns];

    public void Look(int column, string value)
    {
        ref var count = ref counts[column];
        count.Values++;
        count.Addresses += value.Contains('@', StringComparison.Ordinal) && EmailAddress.Normalise(value) is not null ? 1 : 0;
        count.Numbers += value is ['+' or '0', ..] && PhoneNumber.Normalise(value) is not null ? 1 : 0;
    }

    /// <summary>What was counted in a column.</summary>
    public ColumnCount Count(int column) => new(column, counts[column].Values, counts[column].Addresses, counts[column].Numbers, 0, 0, 0, 0);

    /// <summary>Goes on behind what somebody else has counted.</summary>
    public void Restore(IReadOnlyList<ColumnCount> earlier)
    {
        foreach (var count in earlier)
        {
            counts[count.Column] = (count.Values, count.Addresses, count.Numbers);
        }
    }

    /// <summary>A sentence for each such column.</summary>
    /// <param name="read">What became of the columns of the file.</param>
    public IReadOnlyList<string> Warnings(IReadOnlyList<ImportedColumn> read) => [.. read
        .Zip(counts, (column, count) => (Column: column, Count: count))
        .Where(each => IsMost(each.Count.Addresses, each.Count.Values) || IsMost(each.Count.Numbers, each.Count.Values))
        .Select(each => IsMost(each.Count.Addresses, each.Count.Values)
            ? Warning(each.Column, "e-mail addresses", ColumnNames.Email)
            : Warning(each.Column, "telephone numbers", ColumnNames.Phone))];

    static bool IsMost(int count, int values) => count * 2 > values;

    static string Warning(ImportedColumn column, string what, string field) =>
        $"The column '{column.Header}' is full of {what} and became the attribute {column.Field}. Where they are the contacts' own, name it {field} and import the file again.";
}
