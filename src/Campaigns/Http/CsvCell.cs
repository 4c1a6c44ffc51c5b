namespace Campaigns.Http;

static class CsvCell
{
    /// <summary>Anybody's text as a cell: a value that begins like a formula would be one in a spreadsheet, and is kept from it by an apostrophe.</summary>
    public static string Of(string? text) => text switch
    {
        null => "",
        ['=' or '+' or '-' or '@' or '\t' or '\r', ..] => $"\"'{Doubled(text)}\"",
        _ => $"\"{Doubled(text)}\"",
    };

    static string Doubled(string text) => text.Replace("\"", "\"\"", StringComparison.Ordinal);
}
