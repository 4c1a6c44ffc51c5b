using System.Text.Json;
using Campaigns.Recipients;
using Campaigns.Storage;

namespace Campaigns.Tests;

/// <summary>Whoever asks to be forgotten must be: a new fact with an address in it needs a mask, and a mask must not miss one.</summary>
public sealed class what_is_personal
{
    /// <summary>Members that hold an address or a name, or words that may.</summary>
    static readonly string[] Telling =
        ["email", "address", "phone", "to", "name", "owner", "from", "reply", "text", "why", "reason", "comment", "response", "url", "status", "limitKey", "header", "field"];

    /// <summary>Names and words of things.</summary>
    static readonly string[] OfThings =
    [
        "campaign_drafted settings.name", "campaign_edited settings.name",
        "campaign_drafted settings.window.from", "campaign_drafted settings.window.to", "campaign_edited settings.window.from", "campaign_edited settings.window.to",
        "organisation_created name", "api_key_issued name", "organisation_settings_changed settings.name", "organisation_settings_changed settings.postalAddress",
        "organisation_settings_changed settings.window.from", "organisation_settings_changed settings.window.to",
        "template_created content.name", "template_created content.text", "template_revised content.name", "template_revised content.text",
        "segment_created definition.name", "segment_revised definition.name", "formula_created definition.name", "formula_revised definition.name",
        // Words of ours, from a fixed list.
        "address_suppressed reason", "recipient_skipped reason", "recipient_withdrawn reason", "recipient_requeued reason",
        "recipient_deferred reason", "campaign_completed reason",
    ];

    public static TheoryData<string> Names => [.. Stored.Events.Keys];

    [Theory, MemberData(nameof(Names))]
    public void is_masked_in_every_event(string name)
    {
        var before = Members(name, Samples.Of(Stored.Events[name]));
        var after = Members(name, Masked(name));
        var left = before.Keys.Where(IsTelling).Where(member => after.GetValueOrDefault(member) == before[member]);
        left.Except(OfThings).ShouldBeEmpty("say how it looks once it is erased, with Mask in the room's Configuration, or here that it is no person's");
    }

    [Theory, MemberData(nameof(Names))]
    public void is_all_that_is_masked(string name)
    {
        var before = Members(name, Samples.Of(Stored.Events[name]));
        var after = Members(name, Masked(name));
        before.Keys.Where(member => after.GetValueOrDefault(member) != before[member]).ShouldAllBe(member => IsTelling(member));
    }

    [Theory, MemberData(nameof(Names))]
    public void is_masked_twice_as_once(string name)
    {
        var once = Masked(name);
        Json(Stored.Masked(once)).ShouldBe(Json(once));
    }

    [Fact]
    public void things_are_no_persons_only_as_long_as_they_are_there() =>
        OfThings.Except(Stored.Events.SelectMany(named => Members(named.Key, Samples.Of(named.Value)).Keys)).ShouldBeEmpty();

    [Fact]
    public void what_was_offered_goes_with_the_person() =>
        Stored.Masked(Samples.Of(typeof(RecipientQueued))).ShouldBeOfType<RecipientQueued>().Offers.ShouldBeNull();

    static object Masked(string name) => Stored.Masked(Samples.Of(Stored.Events[name]));

    static bool IsTelling(string member)
    {
        var last = member[(member.LastIndexOfAny([' ', '.']) + 1)..];
        return Telling.Any(word => last.StartsWith(word, StringComparison.OrdinalIgnoreCase) || last.EndsWith(word, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Texts by the way to them.</summary>
    static Dictionary<string, string> Members(string name, object fact)
    {
        using var json = JsonDocument.Parse(Json(fact));
        return Texts(json.RootElement, "").ToDictionary(text => $"{name} {text.Path}", text => text.Value);
    }

    static IEnumerable<(string Path, string Value)> Texts(JsonElement element, string path) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().ToList().SelectMany(member => Texts(member.Value, path.Length == 0 ? member.Name : $"{path}.{member.Name}")),
        JsonValueKind.String => [(path, element.GetString()!)],
        _ => [],
    };

    static string Json(object fact) => JsonSerializer.Serialize(fact, fact.GetType(), StoredJson.Options);
}
