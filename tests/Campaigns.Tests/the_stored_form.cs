using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using Campaigns.Storage;

namespace Campaigns.Tests;

/// <summary>
/// What is stored is read for years. A changed line in an approved file is a change of the storage format: right for a new member that
/// may be absent, wrong for nearly everything else. To approve: run these tests with the environment variable APPROVE=1, and read
/// the difference before committing it.
/// </summary>
public sealed class the_stored_form
{
    // As stored, but with letters instead of escapes: for people to read.
    static readonly JsonSerializerOptions Readable = new(StoredJson.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static TheoryData<string> EventNames => [.. Stored.Events.Keys];

    public static TheoryData<string> MessageKinds => [.. Stored.Messages.Keys];

    [Fact]
    public void of_every_event_is_approved() => ShouldBeApproved(
        "StoredEvents.approved.txt",
        Stored.Events.Select(stored => Line(stored.Key, stored.Value)),
        Stored.Events.Values);

    [Fact]
    public void of_every_message_is_approved() => ShouldBeApproved(
        "StoredMessages.approved.txt",
        Stored.Messages.Select(stored => Line(stored.Key, stored.Value)),
        Stored.Messages.Values);

    [Theory, MemberData(nameof(EventNames))]
    public void of_an_event_reads_back_as_the_same_event(string name) => ReadsBack(Stored.Events[name]);

    [Theory, MemberData(nameof(MessageKinds))]
    public void of_a_message_reads_back_as_the_same_message(string kind) => ReadsBack(Stored.Messages[kind]);

    [Theory, MemberData(nameof(EventNames))]
    public void of_an_event_reads_back_when_nothing_optional_is_there(string name)
    {
        var type = Stored.Events[name];
        var least = Samples.Least(type);
        var json = JsonSerializer.Serialize(least, type, StoredJson.Options);
        json.ShouldNotContain("null", Case.Sensitive, "absent instead of null");
        JsonSerializer.Deserialize(json, type, StoredJson.Options).ShouldBeEquivalentTo(least);
    }

    [Theory, MemberData(nameof(EventNames))]
    public void of_an_event_may_have_members_that_this_program_does_not_know(string name) // written by a newer one beside it
    {
        var type = Stored.Events[name];
        var json = JsonSerializer.Serialize(Samples.Of(type), type, StoredJson.Options);
        var newer = json == "{}" ? """{"newer":{"a":1}}""" : json[..^1] + ""","newer":{"a":1}}""";
        JsonSerializer.Deserialize(newer, type, StoredJson.Options).ShouldBeEquivalentTo(Samples.Of(type));
    }

    [Fact]
    public void has_names_in_snake_case() => Stored.Events.Keys.Concat(Stored.Messages.Keys)
        .ShouldAllBe(name => name.All(letter => char.IsAsciiLetterLower(letter) || letter == '_'));

    static void ReadsBack(Type type)
    {
        var sample = Samples.Of(type);
        var json = JsonSerializer.Serialize(sample, type, StoredJson.Options);
        var read = JsonSerializer.Deserialize(json, type, StoredJson.Options);
        read.ShouldBeEquivalentTo(sample);
        JsonSerializer.Serialize(read, type, StoredJson.Options).ShouldBe(json);
    }

    static string Line(string name, Type type) => $"{name} {JsonSerializer.Serialize(Samples.Of(type), type, Readable)}";

    static void ShouldBeApproved(string file, IEnumerable<string> lines, IEnumerable<Type> types)
    {
        // The words of enums are stored too.
        var words = types.SelectMany(Samples.EnumsIn).Distinct().Select(type => $"({type.Name}: {string.Join(", ", Enum.GetNames(type))})");
        string[] actual = [.. lines.Order(StringComparer.Ordinal), .. words.Order(StringComparer.Ordinal)];
        var path = Path.Combine(Folder(), file);
        if (Environment.GetEnvironmentVariable("APPROVE") == "1")
        {
            File.WriteAllLines(path, actual);
        }

        var approved = File.ReadAllLines(path);
        var gone = approved.Except(actual).Select(line => "- " + line);
        var come = actual.Except(approved).Select(line => "+ " + line);
        var difference = string.Join('\n', gone.Concat(come));
        difference.ShouldBeEmpty($"The storage format is not the one in {file}. What is stored already stays as it was: is it still read? If so, run with APPROVE=1.");
    }

    static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
