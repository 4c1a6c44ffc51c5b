using System.Globalization;
using Campaigns.Audience;

namespace Campaigns.Providers;

/// <summary>The name beside an address in the header of a mail, whoever carries it.</summary>
static class DisplayName
{
    /// <summary>Characters: the line of a header has at most 998 (RFC 5322 2.1.1), and nobody reads so much of a name.</summary>
    const int Longest = 200;

    /// <summary>
    /// On one line, cut where it is longer than anybody reads, and without what would be read as something else: marks that turn the direction of what
    /// follows, and the beginning of an encoded word (RFC 2047).
    /// </summary>
    /// <returns>Null where there is no name.</returns>
    public static string? Create(string? name)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            return null;
        }

        var line = string.Concat(VisibleText.MakeLine(name).Where(letter => !SenderAddress.TurnsDirection(letter)))
            .Replace("=?", "= ?", StringComparison.Ordinal);
        line = Cut(VisibleText.Trim(line));
        return line.Length == 0 ? null : line;
    }

    // Between characters as people see them: one may be made of several.
    static string Cut(string line)
    {
        if (line.Length <= Longest)
        {
            return line;
        }

        var end = 0;
        while (StringInfo.GetNextTextElementLength(line.AsSpan(end)) is var next && end + next <= Longest)
        {
            end += next;
        }

        return line[..end].TrimEnd();
    }
}
