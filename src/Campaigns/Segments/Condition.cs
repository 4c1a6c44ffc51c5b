using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Campaigns.Audience;
using Campaigns.Audience.Import;
using Campaigns.Recipients;
using Campaigns.Storage;

namespace Campaigns.Segments;

/// <summary>
/// Says of every contact whether it belongs to a segment: exactly one of its members is given. Stored in events: members may be added, never renamed.
/// </summary>
/// <param name="All">All of these hold.</param>
/// <param name="Any">At least one of these holds.</param>
/// <param name="Not">This one does not hold.</param>
/// <param name="Field">What is known of the contact.</param>
/// <param name="List">The contact is on this list.</param>
/// <param name="Event">What came of messages to the contact.</param>
public sealed record Condition(
    IReadOnlyList<Condition>? All = null, IReadOnlyList<Condition>? Any = null, Condition? Not = null, FieldCondition? Field = null, Guid? List = null,
    EventCondition? Event = null)
{
    /// <summary>Of fields, lists and events, all told.</summary>
    public const int MostLeaves = 50;

    public const int MostLevels = 10;

    /// <summary>The lists that it names.</summary>
    [JsonIgnore]
    public IEnumerable<Guid> Lists => Leaves.Select(leaf => leaf.List).OfType<Guid>().Distinct();

    /// <summary>The campaigns that it names.</summary>
    [JsonIgnore]
    public IEnumerable<Guid> Campaigns => Leaves.Select(leaf => leaf.Event?.Campaign).OfType<Guid>().Distinct();

    IEnumerable<Condition> Leaves => (All ?? Any) is { } several ? several.OfType<Condition>().SelectMany(each => each.Leaves) : Not is { } one ? one.Leaves : [this];

    /// <summary>Equal where all that people decided is.</summary>
    public bool IsSame(Condition other) => JsonSerializer.Serialize(this, StoredJson.Options) == JsonSerializer.Serialize(other, StoredJson.Options);

    /// <summary>With fields named as they are kept, and texts without blanks around them.</summary>
    public Condition Normalise() => this with
    {
        All = All?.Select(each => each.Normalise()).ToArray(),
        Any = Any?.Select(each => each.Normalise()).ToArray(),
        Not = Not?.Normalise(),
        Field = Field?.Normalise(),
    };

    /// <returns>What is wrong, by the way to the member; empty when nothing is.</returns>
    public IEnumerable<(string Member, string Why)> Errors() =>
        Levels() > MostLevels ? [("condition", $"At most {MostLevels} levels of all, any and not.")]
        : Leaves.Take(MostLeaves + 1).Count() > MostLeaves ? [("condition", $"At most {MostLeaves} fields, lists and events.")]
        : Errors("condition");

    // Not asked of more levels than a body of JSON can have.
    int Levels() => 1 + ((All ?? Any) is { } several ? several.Select(each => each?.Levels() ?? 0).DefaultIfEmpty().Max() : Not?.Levels() ?? 0);

    IEnumerable<(string Member, string Why)> Errors(string path)
    {
        if (new object?[] { All, Any, Not, Field, List, Event }.Count(member => member is not null) != 1)
        {
            return [(path, "Give one of all, any, not, field, list and event.")];
        }

        if ((All ?? Any) is { } several)
        {
            var member = All is null ? "any" : "all";
            return several.Count == 0
                ? [($"{path}.{member}", "It is empty: give at least one condition.")]
                : several.SelectMany((each, index) => each?.Errors($"{path}.{member}[{index}]") ?? [($"{path}.{member}[{index}]", "A condition is an object.")]);
        }

        return Not is { } one ? one.Errors($"{path}.not") : Field?.Errors($"{path}.field") ?? Event?.Errors($"{path}.event") ?? [];
    }
}

/// <summary>What is known of a contact: all that is given here holds. A contact of whom the field is not known fulfils none of it but <c>isKnown: false</c>.</summary>
/// <param name="Name">An attribute, or email, email_domain, phone, first_name, last_name, time_zone, or added_at, the day on which the contact came.</param>
/// <param name="Is">One of these texts, in any letter case.</param>
/// <param name="AtLeast">As a number, as people write it: 1'250.50 or CHF 5.-, but not 1,234, which means two.</param>
/// <param name="From">As a day, 2026-11-30 or 30.11.2026: this one or later.</param>
/// <param name="Before">As a day: earlier than this one.</param>
/// <param name="LastDays">As a day: today, or at most so many days ago, by the organisation's clock.</param>
/// <param name="NextDays">As a day: today, or at most so many days ahead.</param>
public sealed partial record FieldCondition(
    string Name, bool? IsKnown = null, IReadOnlyList<string>? Is = null, string? Contains = null, string? StartsWith = null, string? EndsWith = null,
    decimal? AtLeast = null, decimal? MoreThan = null, decimal? AtMost = null, decimal? LessThan = null,
    DateOnly? From = null, DateOnly? Before = null, int? LastDays = null, int? NextDays = null)
{
    internal const string Email = "email";
    internal const string EmailDomain = "email_domain";
    internal const string Phone = "phone";
    internal const string AddedAt = "added_at";

    const int MostTexts = 200;
    const int LongestText = 200;
    const int MostDays = 36_525;

    internal bool IsAboutText => Is is not null || Contains is not null || StartsWith is not null || EndsWith is not null;

    internal bool IsAboutNumbers => AtLeast is not null || MoreThan is not null || AtMost is not null || LessThan is not null;

    internal bool IsAboutDays => From is not null || Before is not null || LastDays is not null || NextDays is not null;

    IEnumerable<string> Texts => [.. Is ?? [], .. new[] { Contains, StartsWith, EndsWith }.OfType<string>()];

    internal FieldCondition Normalise() => this with
    {
        Name = ContactColumns.SnakeCase(Name),
        Is = Is?.Select(text => Kept(text)!).Distinct(StringComparer.Ordinal).ToArray(),
        Contains = Kept(Contains),
        StartsWith = Kept(StartsWith),
        EndsWith = Kept(EndsWith),
    };

    /// <summary>A text as the field has it: domains as their A-labels, telephone numbers without blanks.</summary>
    string? Kept(string? text) => text?.Trim() is not { } trimmed ? null
        : ContactColumns.SnakeCase(Name) switch
        {
            EmailDomain => EmailAddress.SpellDomain(trimmed.TrimStart('@')) ?? trimmed.TrimStart('@'),
            Phone => trimmed.Replace(" ", "", StringComparison.Ordinal),
            _ => trimmed,
        };

    internal IEnumerable<(string Member, string Why)> Errors(string path)
    {
        if (string.IsNullOrWhiteSpace(Name) || ContactColumns.SnakeCase(Name) is not { Length: > 0 and <= ContactText.LongestFieldName } name)
        {
            yield return ($"{path}.name", $"'{Name}' cannot be the name of a field.");
            yield break;
        }

        if (ColumnNames.IsOwn(Name) && !ContactColumns.IsOwnField(name))
        {
            yield return ($"{path}.name", $"What comes as '{Name}' is kept as one of email, phone, first_name, last_name and time_zone: name that.");
        }

        if (IsKnown is null && !IsAboutText && !IsAboutNumbers && !IsAboutDays)
        {
            yield return (path, "Say what the field has to be: isKnown, is, contains, startsWith, endsWith, atLeast, moreThan, atMost, lessThan, from, before, lastDays or nextDays.");
        }
        else if (IsKnown == false && (IsAboutText || IsAboutNumbers || IsAboutDays))
        {
            yield return ($"{path}.isKnown", "What is not known is nothing else: leave out the rest.");
        }

        if (name == AddedAt && (IsAboutText || IsAboutNumbers))
        {
            yield return (path, "added_at is a day: give from, before or lastDays.");
        }

        // Events keep conditions, and addresses are in as few events as possible.
        if (name == Email && (IsAboutText || IsAboutNumbers || IsAboutDays))
        {
            yield return (path, "Of email ask isKnown only, of its domain as email_domain. A campaign names single people as contacts of its audience.");
        }

        if (name == Phone && (Is is not null || Contains is not null || EndsWith is not null || IsAboutNumbers || IsAboutDays || (StartsWith is not null && !Code().IsMatch(StartsWith.Replace(" ", "", StringComparison.Ordinal)))))
        {
            yield return (path, $"Of phone ask isKnown, or startsWith with a code: a plus and at most seven digits, as +4179. A campaign names single people as contacts of its audience.");
        }

        if (Is is { Count: 0 or > MostTexts })
        {
            yield return ($"{path}.is", $"1 to {MostTexts} texts.");
        }

        if (Texts.Any(text => text is null || text.Trim().Length is 0 or > LongestText || text.Any(char.IsControl)))
        {
            yield return (path, $"A text to compare with is one line of 1 to {LongestText} characters; ask for a field that is not known with isKnown: false.");
        }

        if (Texts.Any(text => EmailAddress.Normalise(text) is not null || PhoneNumber.Normalise(text) is not null))
        {
            yield return (path, "Conditions hold no e-mail addresses and no telephone numbers. A campaign names single people as contacts of its audience.");
        }

        if (From is { } from && !EventCondition.IsUsual(from) || Before is { } before && !EventCondition.IsUsual(before))
        {
            yield return (path, EventCondition.UsualDays);
        }

        if (LastDays is < 0 or > MostDays || NextDays is < 0 or > MostDays)
        {
            yield return (path, $"lastDays and nextDays are 0 to {MostDays}.");
        }
    }

    [GeneratedRegex(@"^\+[0-9]{0,7}\z")]
    private static partial Regex Code();
}

/// <summary>What came of messages to a contact, of all campaigns and channels or of one. All that is given here holds of the same message.</summary>
/// <param name="Name">What happened; needed.</param>
/// <param name="Campaign">Of this campaign only.</param>
/// <param name="Channel">Over this channel only.</param>
/// <param name="Times">Of how many messages at least; 1 where it is not given.</param>
/// <param name="From">On this day or later, by the organisation's clock.</param>
/// <param name="Before">Earlier than on this day.</param>
/// <param name="LastDays">Within so many times 24 hours until now.</param>
public sealed record EventCondition(
    ContactEvent? Name, Guid? Campaign = null, Channel? Channel = null, int? Times = null, DateOnly? From = null, DateOnly? Before = null, int? LastDays = null)
{
    internal const string UsualDays = "from and before are days of the years 1900 to 2200.";

    const int MostTimes = 10_000;
    const int MostDays = 36_525;

    internal static bool IsUsual(DateOnly day) => day.Year is >= 1900 and <= 2200;

    internal IEnumerable<(string Member, string Why)> Errors(string path)
    {
        if (Name is null)
        {
            yield return ($"{path}.name", "Say what happened: sent, delivered, opened, clicked, bounced, complained, unsubscribed or timedOut.");
        }

        if (Times is < 1 or > MostTimes)
        {
            yield return ($"{path}.times", $"1 to {MostTimes}.");
        }

        if (From is { } from && !IsUsual(from) || Before is { } before && !IsUsual(before))
        {
            yield return (path, UsualDays);
        }

        if (LastDays is < 1 or > MostDays)
        {
            yield return ($"{path}.lastDays", $"1 to {MostDays}.");
        }
    }
}

/// <summary>The first of each message counts.</summary>
public enum ContactEvent
{
    Sent,
    Delivered,

    /// <summary>By a program or a person: providers do not always tell them apart.</summary>
    Opened,

    Clicked,
    Bounced,
    Complained,
    Unsubscribed,

    /// <summary>Not opened in the campaign's time.</summary>
    TimedOut,
}
