using System.Collections.Frozen;

namespace Campaigns.Limits;

/// <summary>Time zones as people write them, and the IANA names under which they are kept.</summary>
public static class TimeZones
{
    // Files beside those of zones in the zone database: the machine's own zone, rules for others, a place holder; and, under right/, zones that are off by
    // the leap seconds.
    static readonly FrozenSet<string> NoZones = FrozenSet.Create(StringComparer.OrdinalIgnoreCase, "localtime", "posixrules", "Factory", "local", "leapseconds");

    static readonly FrozenDictionary<string, string> Canonical = TimeZoneInfo.GetSystemTimeZones()
        .Select(zone => zone.Id)
        .Where(IsZone)
        .ToFrozenDictionary(id => id, StringComparer.OrdinalIgnoreCase);

    /// <summary>The IANA name, found in any letter case and from a Windows name too; null where there is no such zone.</summary>
    public static string? Find(string name)
    {
        name = name.Trim();
        if (Canonical.TryGetValue(name, out var known))
        {
            return known;
        }

        if (TimeZoneInfo.TryConvertWindowsIdToIanaId(name, out var ofWindows))
        {
            return ofWindows;
        }

        // Names are looked up as files: anything that is not written like a name stays out of the file system.
        if (name.Length is 0 or > 64 || name[0] == '/' || name.AsSpan().ContainsAnyExcept(NameLetters) || !IsZone(name)
            || !TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone))
        {
            return null;
        }

        return zone.Id;
    }

    /// <summary>The zone of a name that was kept; null where there is none, or this system does not know it.</summary>
    public static TimeZoneInfo? Zone(string? name) => name is not null && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone : null;

    static bool IsZone(string name) => !NoZones.Contains(name)
        && !name.StartsWith("right/", StringComparison.OrdinalIgnoreCase) && !name.StartsWith("posix/", StringComparison.OrdinalIgnoreCase);

    static readonly System.Buffers.SearchValues<char> NameLetters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/ ");
}
