using System.Buffers;

namespace Campaigns.Audience;

/// <summary>What the fields of a contact may hold: one limit for what the API takes and for what is imported.</summary>
static class ContactText
{
    /// <summary>Characters of a value.</summary>
    public const int Longest = 4000;

    /// <summary>Attributes of a contact, and columns of a file.</summary>
    public const int MostFields = 300;

    /// <summary>Characters of the name of an attribute.</summary>
    public const int LongestFieldName = 200;

    // PostgreSQL's text has no zero character; the other one stands for bytes that were not of their encoding.
    static readonly SearchValues<char> Unusable = SearchValues.Create("\0\ufffd");

    public static bool IsTooLong(string value) => value.Length > Longest;

    /// <summary>Whether it has characters that cannot be kept, or that stand for lost ones.</summary>
    public static bool IsBroken(string value) => value.AsSpan().ContainsAny(Unusable);
}
