namespace Campaigns.Tests.Audience;

/// <summary>Text as it comes: scripts, marks, quotes, line breaks, formulas, what nobody sees, and what looks like another header. The same for the same seed.</summary>
sealed class Generated(int seed)
{
    static readonly string[] Pieces =
    [
        "a", "B", "z", "0", "7", " ", " ", "-", ".", ",", ";", ":", "'", "\"", "\\", "<", ">", "(", ")", "[", "]", "@", "=", "+", "/", "%", "&", "#", "?", "_", "|", "{", "}", "*",
        "é", "e\u0301", "ü", "ß", "Å", "ı", "İ", "ñ", "Ж", "я", "λ", "ς", "א", "ש", "ع", "ن", "न", "\u093e", "म", "\u0e17\u0e35\u0e48", "漢", "字", "ひ", "カ\u3099", "한", "\u1112\u1161",
        "ａ", "．", "😀", "👩\u200d👧", "🇨🇭", "\u0301", "\u200b", "\u200f", "\u202e", "\u2066", "\ufeff", "\u00a0", "\u00ad", "\u2028",
        "\r\n", "\n", "\t", "\u0001", "\u0085", "=?utf-8?q?X?=", "\r\nBcc: eve@bank.example", "\" <ceo@bank.example>, \"", "ceo@bank.example", "Ann", "Lee", "O'Neill", "''", "=1+1",
        "=\"1\"", "+41", "@SUM(A1)", "-- ", "\u0600",
    ];

    static readonly string[] Letters =
    [
        "a", "b", "c", "x", "y", "z", "0", "9", "E", "Q", "é", "e\u0301", "ü", "ñ", "ø", "ж", "я", "λ", "א", "ש", "漢", "字", "ひ", "한", "ａ", "ß",
    ];

    readonly Random random = new(seed);

    public int Next(int below) => random.Next(below);

    public string Text(int mostPieces) => string.Concat(Enumerable.Range(0, random.Next(mostPieces + 1)).Select(_ => Pieces[random.Next(Pieces.Length)]));

    /// <summary>Also of a length that no header has room for.</summary>
    public string Name() => random.Next(50) == 0 ? string.Concat(Enumerable.Repeat(Text(20), 100)) : Text(12);

    /// <summary>Mostly one that a mailbox can have, in some spelling, with something unseen around it.</summary>
    public string Address()
    {
        var local = string.Join('.', Enumerable.Range(0, 1 + random.Next(2)).Select(_ => Word(1 + random.Next(8))));
        var domain = string.Join(random.Next(20) == 0 ? "。" : ".", Enumerable.Range(0, 1 + random.Next(2)).Select(_ => Word(1 + random.Next(10)))) + ".example";
        return $"{Unseen()}{local}{(random.Next(30) == 0 ? Pieces[random.Next(Pieces.Length)] : "")}@{domain}{(random.Next(30) == 0 ? Pieces[random.Next(Pieces.Length)] : "")}{Unseen()}";
    }

    /// <summary>What a contact can hold: what the API and an import would make of the text.</summary>
    public string? Value() => Text(15).Trim() is { Length: > 0 } text && !text.Contains('\0', StringComparison.Ordinal) ? text : null;

    public IReadOnlyList<string> Row(int cells) => [.. Enumerable.Range(0, cells).Select(_ => Value() ?? "")];

    string Word(int length) => string.Concat(Enumerable.Range(0, length).Select(_ => Letters[random.Next(random.Next(3) == 0 ? Letters.Length : 8)]));

    string Unseen() => random.Next(4) switch { 0 => " ", 1 => "\u200b\ufeff", 2 => "\u00a0\u202a", _ => "" };
}
