using System.Text.Json;
using System.Text.Json.Serialization;
using Campaigns.Audience;
using Campaigns.Storage;

namespace Campaigns.Planning;

/// <summary>
/// Whom a campaign goes to: all that any of these names, each of them once, without those that an exception names. Who is excepted is skipped, and the
/// reason kept. Stored in events: members may be added, never renamed.
/// </summary>
/// <param name="Lists">Everybody on any of them.</param>
/// <param name="Contacts">Picked by hand.</param>
/// <param name="Everybody">All contacts of the organisation.</param>
/// <param name="ExceptLists">Nobody on any of them.</param>
/// <param name="ExceptContacts">Left out by hand.</param>
/// <param name="Segments">Everybody who belongs to any of them at the launch.</param>
/// <param name="ExceptSegments">Nobody who belongs to any of them at the launch.</param>
/// <param name="ExceptDomains">Nobody with an e-mail address there, over no channel. A domain itself, not those below it.</param>
public sealed record CampaignAudience(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<Guid>? Lists = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<Guid>? Contacts = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Everybody = false,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<Guid>? ExceptLists = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<Guid>? ExceptContacts = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? ExceptDomains = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<Guid>? Segments = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<Guid>? ExceptSegments = null)
{
    /// <summary>Of lists in each of its members. Who has more of them makes one of some.</summary>
    public const int MostLists = 20;

    /// <summary>Of segments in each of its members: with all their conditions they are one statement.</summary>
    public const int MostSegments = 10;

    /// <summary>Of people and of domains in each of its members: the state of a campaign is written with every batch. Who has more of them makes a list.</summary>
    public const int MostOthers = 200;

    /// <summary>The lists that it cannot do without.</summary>
    internal IEnumerable<Guid> AllLists => [.. Lists ?? [], .. ExceptLists ?? []];

    /// <summary>The segments that it cannot do without.</summary>
    internal IEnumerable<Guid> AllSegments => [.. Segments ?? [], .. ExceptSegments ?? []];

    /// <summary>The contacts that it names.</summary>
    internal IEnumerable<Guid> AllContacts => [.. Contacts ?? [], .. ExceptContacts ?? []];

    public bool IsSame(CampaignAudience? other) =>
        other is not null && JsonSerializer.Serialize(this, StoredJson.Options) == JsonSerializer.Serialize(other, StoredJson.Options);

    /// <summary>Without what names nobody, or nobody more, and domains as addresses have them.</summary>
    public CampaignAudience Normalise() => this with
    {
        Lists = Everybody ? null : OrNull(Lists),
        Contacts = Everybody ? null : OrNull(Contacts),
        Segments = Everybody ? null : OrNull(Segments),
        ExceptSegments = OrNull(ExceptSegments),
        ExceptLists = OrNull(ExceptLists),
        ExceptContacts = OrNull(ExceptContacts),
        ExceptDomains = OrNull(ExceptDomains?.Select(domain => Domain(domain) ?? domain).Distinct(StringComparer.Ordinal).ToArray()),
    };

    /// <returns>What is wrong, by member.</returns>
    public IEnumerable<(string Member, string Why)> Errors()
    {
        if (!Everybody && Lists is not { Count: > 0 } && Segments is not { Count: > 0 } && Contacts is not { Count: > 0 })
        {
            yield return ("audience", "It names nobody: give lists, segments, contacts, or everybody as true.");
        }

        foreach (var (member, things, most, what) in new[]
        {
            ("lists", Lists, MostLists, "lists"), ("exceptLists", ExceptLists, MostLists, "lists"),
            ("segments", Segments, MostSegments, "segments"), ("exceptSegments", ExceptSegments, MostSegments, "segments"),
        })
        {
            if (things?.Count > most)
            {
                yield return ($"audience.{member}", $"At most {most} {what}.");
            }
        }

        foreach (var (member, contacts) in new[] { ("contacts", Contacts), ("exceptContacts", ExceptContacts) })
        {
            if (contacts?.Count > MostOthers)
            {
                yield return ($"audience.{member}", $"At most {MostOthers} contacts: make a list of more.");
            }
        }

        if (ExceptDomains?.Count > MostOthers)
        {
            yield return ("audience.exceptDomains", $"At most {MostOthers} domains.");
        }
        else if (ExceptDomains?.Where(domain => Domain(domain) is null).ToList() is [var unknown, ..])
        {
            yield return ("audience.exceptDomains", $"'{unknown}' is no domain, as example.com is one.");
        }
    }

    static string? Domain(string? text) => EmailAddress.Normalise($"x@{text?.Trim().TrimStart('@')}") is { } address ? address[2..] : null;

    static IReadOnlyList<T>? OrNull<T>(IReadOnlyList<T>? values) => values is { Count: > 0 } ? [.. values.Distinct()] : null;
}
