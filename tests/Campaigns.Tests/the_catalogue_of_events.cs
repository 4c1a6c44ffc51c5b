using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using Campaigns.Storage;

namespace Campaigns.Tests;

/// <summary><c>docs/events.md</c> says what is stored.</summary>
public sealed partial class the_catalogue_of_events
{
    static readonly Dictionary<string, string> Bodies = ReadBodies();

    public static TheoryData<string> EventNames => [.. Stored.Events.Keys];

    [Fact]
    public void has_every_event_and_no_other() => Bodies.Keys.Order().ShouldBe(Stored.Events.Keys.Order());

    [Theory, MemberData(nameof(EventNames))]
    public void names_the_members_of_an_event(string name)
    {
        var type = Stored.Events[name];
        var stored = JsonSerializer.SerializeToElement(Samples.Of(type), type, StoredJson.Options);
        var named = Parts(Bodies[name]);
        named.Select(part => part.Member).Order().ShouldBe(Members(stored).Order());
        foreach (var (member, details) in named.Where(part => part.Details.Length > 0))
        {
            var value = stored.GetProperty(member);
            var there = value.ValueKind == JsonValueKind.Object ? Members(value) : Enum.GetNames(EnumOf(type, member));
            details.Order().ShouldBe(there.Order(), member);
        }
    }

    static IEnumerable<string> Members(JsonElement value) => value.EnumerateObject().Select(member => member.Name);

    static Type EnumOf(Type type, string member)
    {
        var declared = type.GetProperty(member, BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase)!.PropertyType;
        return Nullable.GetUnderlyingType(declared) ?? declared;
    }

    // "a, b: B1, B2; c (words for people)" is a, b with B1 and B2, and c.
    static List<(string Member, string[] Details)> Parts(string body)
    {
        var parts = new List<(string, string[])>();
        foreach (var segment in Parenthesis().Replace(body, "").Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var (members, details) = segment.Split(':') is [var before, var after] ? (Names(before), Names(after)) : (Names(segment), []);
            parts.AddRange(members.Select((member, index) => (member, index == members.Length - 1 ? details : [])));
        }

        return parts;
    }

    static string[] Names(string list) => list.Split(',', StringSplitOptions.TrimEntries);

    static Dictionary<string, string> ReadBodies() => new(
        from line in File.ReadLines(Path.Combine(Docs(), "events.md"))
        where line.StartsWith("| `", StringComparison.Ordinal)
        let cells = line.Split('|', StringSplitOptions.TrimEntries)
        from Match name in Name().Matches(cells[1])
        select KeyValuePair.Create(name.Value, cells[3]));

    static string Docs([CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", "docs"));

    [GeneratedRegex(@"\([^)]*\)")]
    private static partial Regex Parenthesis();

    [GeneratedRegex("[a-z_]+")]
    private static partial Regex Name();
}
