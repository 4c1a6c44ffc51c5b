namespace Campaigns.Http;

static class CsvCell
{
    /// <summary>Anybody's text as a cell: a value that begins like a formula would be one in a spreadsheet, and is kept from it by an apostrophe.</summary>
    public static string Of(string? text) => text switch
    {
        null => "",
        _ when BeginsLikeFormula(text.AsSpan().TrimStart('\'')) => $"\"'{Doubled(text)}\"",
        _ => $"\"{Doubled(text)}\"",
    };

    /// <summary>
    /// What a cell was before a program made it safe or kept a spreadsheet from computing with it: an apostrophe before what begins like a formula is
    /// taken off, as <see cref="Of"/> and others write it, and <c>="..."</c> is unwrapped.
    /// </summary>
    public static string Read(string cell) => cell switch
    {
        ['\'', .. var rest] when BeginsLikeFormula(cell.AsSpan().TrimStart('\'')) => rest,
        ['=', '"', .. var inner, '"'] when IsWhole(inner) => inner.Replace("\"\"", "\"", StringComparison.Ordinal),
        _ => cell,
    };

    static bool BeginsLikeFormula(ReadOnlySpan<char> text) => text is ['=' or '+' or '-' or '@' or '\t' or '\r' or '\n', ..];

    // One literal text, not several that a formula joins.
    static bool IsWhole(string inner) => !inner.Replace("\"\"", "", StringComparison.Ordinal).Contains('"', StringComparison.Ordinal);

    static string Doubled(string text) => text.Replace("\"", "\"\"", StringComparison.Ordinal);
}
