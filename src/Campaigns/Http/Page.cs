using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Campaigns.Http;

/// <summary>One page of a list.</summary>
/// <param name="Next">The cursor of the next page; null on the last one.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next);

public static class Page
{
    /// <summary>Makes a page of rows that were read with one more than its limit, to know whether there is a next one.</summary>
    public static Page<T> Of<T>(List<T> rows, int limit, Func<T, string> position)
    {
        if (rows.Count <= limit)
        {
            return new Page<T>(rows, null);
        }

        rows.RemoveRange(limit, rows.Count - limit);
        return new Page<T>(rows, PageRequest.Encode(position(rows[^1])));
    }
}

/// <summary>Which page of a list is asked for: <c>?limit=</c> and the <c>?cursor=</c> of the page before.</summary>
public readonly record struct PageRequest([property: FromQuery(Name = "limit")] int? Limit, [property: FromQuery(Name = "cursor")] string? Cursor)
{
    public const int DefaultLimit = 50;
    public const int LargestLimit = 1000;

    public int Size => Math.Clamp(Limit ?? DefaultLimit, 1, LargestLimit);

    /// <summary>The position after which the page begins; null for the first page.</summary>
    /// <exception cref="BadHttpRequestException">The cursor is none of ours.</exception>
    public string? After => string.IsNullOrEmpty(Cursor) ? null : Decode(Cursor);

    /// <inheritdoc cref="After"/>
    /// <exception cref="BadHttpRequestException">The cursor is none of this list.</exception>
    public Guid? AfterId => After is not { } after ? null : Guid.TryParse(after, out var id) ? id : throw NotOurs();

    /// <inheritdoc cref="AfterId"/>
    public long? AfterNumber => After is not { } after ? null
        : long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw NotOurs();

    internal static string Encode(string position) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(position));

    static string Decode(string cursor)
    {
        try
        {
            return Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor));
        }
        catch (FormatException)
        {
            throw NotOurs();
        }
    }

    internal static BadHttpRequestException NotOurs() => new("The cursor is not one that an earlier page of this list gave.");
}
