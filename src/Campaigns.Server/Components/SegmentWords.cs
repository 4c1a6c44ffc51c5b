using System.Globalization;
using Campaigns.Recipients;
using Campaigns.Segments;

namespace Campaigns.Server.Components;

/// <summary>The condition of a segment as a person would tell it.</summary>
static class SegmentWords
{
    /// <summary>Of the texts that a field may be; the others are counted.</summary>
    const int MostTexts = 8;

    public static string Of(Condition condition, Names names) => Of(condition, names, isNot: false, isInner: false);

    /// <summary>A field as the pages call it; an attribute by its own name.</summary>
    public static string FieldName(string name) => name switch
    {
        "email" => "e-mail address",
        "email_domain" => "domain of the e-mail address",
        "phone" => "telephone number",
        "first_name" => "first name",
        "last_name" => "last name",
        "time_zone" => "time zone",
        "added_at" => "day of coming",
        _ => name,
    };

    /// <summary>A name or value in a sentence, in quotation marks where the sentence would be hard to read without.</summary>
    public static string Quote(string text) =>
        text.All(letter => char.IsLetterOrDigit(letter) || " -_.@+'’&/".Contains(letter, StringComparison.Ordinal))
        && !text.Split(' ').Any(word => word is "" or "or" or "and" or "nor" or "not")
            ? text
            : $"“{text}”";

    /// <summary>The texts one after the other, the last one behind a word of its own.</summary>
    public static string Enumerate(IReadOnlyList<string> texts, string word) =>
        texts.Count < 2 ? string.Concat(texts) : $"{string.Join(", ", texts.Take(texts.Count - 1))} {word} {texts[^1]}";

    static string Of(Condition condition, Names names, bool isNot, bool isInner) =>
        condition.Not is { } not ? Of(not, names, !isNot, isInner)
        : (condition.All ?? condition.Any) is [var only] ? Of(only, names, isNot, isInner)
        : condition.All is { } all ? Several(all, "and", names, isNot, isInner)
        : condition.Any is { } any ? Several(any, "or", names, isNot, isInner)
        : condition.List is { } list ? $"{(isNot ? "not " : "")}{(names.Lists.TryGetValue(list, out var name) ? $"on the list {Quote(name)}" : "on a list that is gone")}"
        : condition.Field is { } field ? Of(field, isNot)
        : condition.Event is { } happened ? Of(happened, names, isNot)
        : "";

    static string Several(IReadOnlyList<Condition> conditions, string word, Names names, bool isNot, bool isInner)
    {
        var all = string.Join($", {word} ", conditions.Select(each => Of(each, names, isNot: false, isInner: true)));
        return isNot ? $"not ({all})" : isInner ? $"({all})" : all;
    }

    static string Of(FieldCondition field, bool isNot)
    {
        var name = FieldName(field.Name);
        var parts = Parts(field, isNot: false).ToList();
        return !isNot ? $"{name} {string.Join(" and ", parts)}"
            : parts.Count > 1 ? $"not ({name} {string.Join(" and ", parts)})"
            : $"{name} {Parts(field, isNot: true).Single()}";
    }

    static IEnumerable<string> Parts(FieldCondition field, bool isNot)
    {
        var (be, does) = isNot ? ("is not", "does not ") : ("is", "");
        string Do(string verb, string text, string with = "") => $"{does}{verb}{(isNot ? "" : "s")} {with}{Quote(text)}";
        if (field.IsKnown is { } known)
        {
            yield return known == isNot ? "is not known" : "is known";
        }

        if (field.Is is { } texts)
        {
            var shown = texts.Take(MostTexts).Select(Quote).ToList();
            shown.AddRange(texts.Count > MostTexts ? [$"{Words.Count(texts.Count - MostTexts)} others"] : []);
            yield return !isNot ? $"is {Enumerate(shown, "or")}" : shown.Count == 1 ? $"is not {shown[0]}" : $"is neither {Enumerate(shown, "nor")}";
        }

        if (field.Contains is { } part)
        {
            yield return Do("contain", part);
        }

        if (field.StartsWith is { } start)
        {
            yield return Do("start", start, "with ");
        }

        if (field.EndsWith is { } end)
        {
            yield return Do("end", end, "with ");
        }

        foreach (var (number, words) in new[] { (field.AtLeast, "at least"), (field.MoreThan, "more than"), (field.AtMost, "at most"), (field.LessThan, "less than") })
        {
            if (number is { } bound)
            {
                yield return string.Create(CultureInfo.InvariantCulture, $"{be} {words} {bound}");
            }
        }

        foreach (var (day, words) in new[] { (field.From, "on or after"), (field.Before, "before") })
        {
            if (day is { } bound)
            {
                yield return $"{be} {words} {Day(bound)}";
            }
        }

        if (field.LastDays is { } last)
        {
            yield return $"{be} {(last == 0 ? "today" : $"in the last {Days(last)}")}";
        }

        if (field.NextDays is { } next)
        {
            yield return $"{be} {(next == 0 ? "today" : $"in the next {Days(next)}")}";
        }
    }

    static string Of(EventCondition happened, Names names, bool isNot)
    {
        var thing = happened.Channel switch { Channel.Email => "e-mail", Channel.Sms => "text message", _ => "message" };
        var times = happened.Times ?? 1;
        var messages = (times, isNot) switch
        {
            (1, false) => happened.Channel == Channel.Email ? $"an {thing}" : $"a {thing}",
            (1, true) => $"no {thing}",
            (_, false) => $"at least {Words.Count(times)} {thing}s",
            (_, true) => $"fewer than {Words.Count(times)} {thing}s",
        };
        var of = happened.Campaign is { } campaign
            ? names.Campaigns.TryGetValue(campaign, out var name) ? $" of the campaign {Quote(name)}" : " of a campaign that is gone"
            : "";
        var when = (happened.LastDays is { } days ? $" in the last {Days(days)}" : "")
            + (happened.From is { } from ? $" on or after {Day(from)}" : "")
            + (happened.Before is { } before ? $" before {Day(before)}" : "");
        return What(happened.Name, messages + of) + when;
    }

    static string What(ContactEvent? happened, string messages) => happened switch
    {
        ContactEvent.Sent => $"was sent {messages}",
        ContactEvent.Delivered => $"received {messages}",
        ContactEvent.Opened => $"opened {messages}",
        ContactEvent.Clicked => $"followed a link in {messages}",
        ContactEvent.Bounced => $"had {messages} bounce",
        ContactEvent.Complained => $"reported {messages} as spam",
        ContactEvent.Unsubscribed => $"unsubscribed with {messages}",
        _ => $"left {messages} unopened until the time-out",
    };

    static string Days(int days) => days == 1 ? "day" : $"{Words.Count(days)} days";

    static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
