using System.Globalization;
using System.Text.RegularExpressions;

namespace Campaigns.Authoring.Rendering;

/// <summary>
/// Dates as ISO 8601 writes them, year first. No other form is read: 1/3/2026 is a day in March to some and in January to others, and 3.5 is none.
/// </summary>
static partial class IsoDate
{
    /// <param name="isDay">It names a day without a time, which is the same day in every zone.</param>
    public static bool TryRead(string text, out DateTimeOffset date, out bool isDay)
    {
        (date, isDay) = (default, false);
        if (Form().Match(text.Trim()) is not { Success: true } read)
        {
            return false;
        }

        string Part(string name, string otherwise) => read.Groups[name] is { Success: true } part ? part.Value : otherwise;

        isDay = !read.Groups["time"].Success;
        return DateTimeOffset.TryParseExact(
            $"{read.Groups["day"]}T{Part("time", "00:00")}:{Part("seconds", "00")}{Part("hours", "+00")}:{Part("minutes", "00")}", "yyyy-MM-dd'T'HH:mm:sszzz",
            CultureInfo.InvariantCulture, DateTimeStyles.None, out date);
    }

    // With a blank for the T and a zone of hours only, as databases write it.
    [GeneratedRegex(@"^(?<day>[0-9]{4}-[0-9]{2}-[0-9]{2})(?:[Tt ](?<time>[0-9]{2}:[0-9]{2})(?::(?<seconds>[0-9]{2})(?:[.,][0-9]+)?)?"
        + @" ?(?:[Zz]|(?<hours>[+-][0-9]{2})(?::?(?<minutes>[0-9]{2}))?)?)?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Form();
}
