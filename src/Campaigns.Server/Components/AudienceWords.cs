using Campaigns.Planning;

namespace Campaigns.Server.Components;

/// <summary>To whom a campaign goes, as a person would tell it.</summary>
static class AudienceWords
{
    public static string Of(CampaignAudience? audience, Names? names)
    {
        if (audience is null || names is null)
        {
            return "Goes to nobody yet: it has no list and no audience.";
        }

        var whom = audience.Everybody
            ? ["everybody"]
            : Groups(audience.Lists, audience.Segments, audience.Contacts, "picked", names).ToList();
        var except = Groups(audience.ExceptLists, audience.ExceptSegments, audience.ExceptContacts, "left out", names).ToList();
        if (audience.ExceptDomains is { Count: > 0 } domains)
        {
            except.Add("everybody with an address at " + Some(domains, "or"));
        }

        return $"Goes to {SegmentWords.Enumerate(whom, "and")}{(except.Count == 0 ? "" : $", but not to {SegmentWords.Enumerate(except, "or")}")}.";
    }

    /// <summary>Of the names of a kind; the others are counted.</summary>
    const int MostNamed = 8;

    static IEnumerable<string> Groups(IReadOnlyList<Guid>? lists, IReadOnlyList<Guid>? segments, IReadOnlyList<Guid>? people, string how, Names names)
    {
        if (lists is { Count: > 0 })
        {
            yield return Named("list", "on", lists, names.Lists);
        }

        if (segments is { Count: > 0 })
        {
            yield return Named("segment", "in", segments, names.Segments);
        }

        if (people is { Count: > 0 })
        {
            yield return people.Count == 1 ? $"one person {how} by hand" : $"{Words.Count(people.Count)} people {how} by hand";
        }
    }

    static string Named(string thing, string where, IReadOnlyList<Guid> ids, IReadOnlyDictionary<Guid, string> names)
    {
        var known = ids.Where(names.ContainsKey).Select(id => names[id]).ToList();
        var gone = ids.Count - known.Count;
        var parts = new List<string>();
        if (known.Count > 0)
        {
            parts.Add(known.Count == 1 ? $"the {thing} {Some(known, "and")}" : $"one of the {thing}s {Some(known, "and")}");
        }

        if (gone > 0)
        {
            parts.Add(gone == 1 ? $"a {thing} that is gone" : $"{Words.Count(gone)} {thing}s that are gone");
        }

        return $"everybody {where} {SegmentWords.Enumerate(parts, "or")}";
    }

    static string Some(IReadOnlyList<string> texts, string word)
    {
        var shown = texts.Take(MostNamed).Select(SegmentWords.Quote).ToList();
        shown.AddRange(texts.Count > MostNamed ? [$"{Words.Count(texts.Count - MostNamed)} others"] : []);
        return SegmentWords.Enumerate(shown, word);
    }
}
