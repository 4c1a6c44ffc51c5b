using System.Text.Json;
using Campaigns.Planning;
using Campaigns.Segments;
using Campaigns.Server.Components;
using Campaigns.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Campaigns.Server.Tests.Dashboard;

public sealed class segments_in_words
{
    const string Staff = "11111111-0000-0000-0000-000000000000";
    const string Alumni = "22222222-0000-0000-0000-000000000000";
    const string Gone = "99999999-0000-0000-0000-000000000000";

    static readonly Names Known = new(
        new Dictionary<Guid, string> { [Guid.Parse(Staff)] = "Staff", [Guid.Parse(Alumni)] = "Alumni, old and new" },
        new Dictionary<Guid, string> { [Guid.Parse(Staff)] = "Spring news" },
        new Dictionary<Guid, string> { [Guid.Parse(Staff)] = "Readers", [Guid.Parse(Alumni)] = "Lapsed" });

    [Theory]
    [InlineData(
        """{"all":[{"field":{"name":"city","is":["Bern","Basel"]}},{"event":{"name":"opened","times":2,"lastDays":30}},{"not":{"list":"11111111-0000-0000-0000-000000000000"}}]}""",
        "city is Bern or Basel, and opened at least 2 messages in the last 30 days, and not on the list Staff")]
    [InlineData("""{"list":"22222222-0000-0000-0000-000000000000"}""", "on the list “Alumni, old and new”")]
    [InlineData("""{"not":{"list":"99999999-0000-0000-0000-000000000000"}}""", "not on a list that is gone")]
    [InlineData("""{"field":{"name":"city","is":["Bern"]}}""", "city is Bern")]
    [InlineData("""{"field":{"name":"city","is":["Bern","Biel, or Bienne","this or that"]}}""", "city is Bern, “Biel, or Bienne” or “this or that”")]
    [InlineData("""{"not":{"field":{"name":"city","is":["Bern"]}}}""", "city is not Bern")]
    [InlineData("""{"not":{"field":{"name":"city","is":["Bern","Basel","Thun"]}}}""", "city is neither Bern, Basel nor Thun")]
    [InlineData("""{"field":{"name":"n","is":["1","2","3","4","5","6","7","8","9","10"]}}""", "n is 1, 2, 3, 4, 5, 6, 7, 8 or 2 others")]
    [InlineData("""{"field":{"name":"email","isKnown":true}}""", "e-mail address is known")]
    [InlineData("""{"field":{"name":"phone","isKnown":false}}""", "telephone number is not known")]
    [InlineData("""{"not":{"field":{"name":"phone","isKnown":false}}}""", "telephone number is known")]
    [InlineData("""{"not":{"field":{"name":"phone","startsWith":"+41"}}}""", "telephone number does not start with +41")]
    [InlineData("""{"all":[{"field":{"name":"a","contains":"x"}},{"field":{"name":"b","startsWith":"y"}},{"field":{"name":"c","endsWith":"z"}}]}""", "a contains x, and b starts with y, and c ends with z")]
    [InlineData("""{"field":{"name":"age","atLeast":18,"lessThan":65.5}}""", "age is at least 18 and is less than 65.5")]
    [InlineData("""{"not":{"field":{"name":"age","atLeast":18,"lessThan":65}}}""", "not (age is at least 18 and is less than 65)")]
    [InlineData("""{"any":[{"field":{"name":"age","moreThan":1}},{"field":{"name":"age","atMost":0}}]}""", "age is more than 1, or age is at most 0")]
    [InlineData("""{"field":{"name":"added_at","from":"2026-01-31","before":"2026-12-01"}}""", "day of coming is on or after 2026-01-31 and is before 2026-12-01")]
    [InlineData("""{"not":{"field":{"name":"birthday","nextDays":7}}}""", "birthday is not in the next 7 days")]
    [InlineData("""{"any":[{"field":{"name":"birthday","nextDays":0}},{"field":{"name":"birthday","lastDays":1}}]}""", "birthday is today, or birthday is in the last day")]
    [InlineData("""{"event":{"name":"opened"}}""", "opened a message")]
    [InlineData("""{"not":{"event":{"name":"opened","lastDays":1}}}""", "opened no message in the last day")]
    [InlineData("""{"not":{"event":{"name":"clicked","times":3}}}""", "followed a link in fewer than 3 messages")]
    [InlineData("""{"event":{"name":"sent","channel":"Email","times":1}}""", "was sent an e-mail")]
    [InlineData("""{"event":{"name":"delivered","channel":"Sms","times":1000}}""", "received at least 1,000 text messages")]
    [InlineData("""{"event":{"name":"bounced","campaign":"11111111-0000-0000-0000-000000000000"}}""", "had a message of the campaign Spring news bounce")]
    [InlineData("""{"event":{"name":"complained","campaign":"99999999-0000-0000-0000-000000000000"}}""", "reported a message of a campaign that is gone as spam")]
    [InlineData("""{"event":{"name":"timedOut","from":"2026-01-01","before":"2026-02-01"}}""", "left a message unopened until the time-out on or after 2026-01-01 before 2026-02-01")]
    [InlineData("""{"event":{"name":"unsubscribed"}}""", "unsubscribed with a message")]
    [InlineData(
        """{"all":[{"any":[{"field":{"name":"a","is":["1"]}},{"field":{"name":"b","is":["2"]}}]},{"not":{"all":[{"field":{"name":"c","is":["3"]}},{"field":{"name":"d","is":["4"]}}]}}]}""",
        "(a is 1, or b is 2), and not (c is 3, and d is 4)")]
    [InlineData("""{"not":{"not":{"any":[{"all":[{"field":{"name":"a","is":["1"]}}]}]}}}""", "a is 1")]
    public void a_condition_reads_as_a_sentence(string condition, string words) => SegmentWords.Of(Read(condition), Known).ShouldBe(words);

    [Fact]
    public void every_event_has_words()
    {
        var all = Enum.GetValues<ContactEvent>().Select(name => SegmentWords.Of(new Condition(Event: new EventCondition(name)), Known)).ToList();
        all.Distinct().Count().ShouldBe(all.Count);
        SegmentRow.Events.Select(each => each.Value).Where(value => value.Length > 0).Order()
            .ShouldBe(Enum.GetValues<ContactEvent>().Select(name => Words.Code(name)).Order(), "and a choice in the form");
    }

    [Fact]
    public void an_audience_reads_as_a_sentence()
    {
        Guid staff = Guid.Parse(Staff), alumni = Guid.Parse(Alumni), gone = Guid.Parse(Gone);
        AudienceWords.Of(null, null).ShouldBe("Goes to nobody yet: it has no list and no audience.");
        AudienceWords.Of(new CampaignAudience([staff]), Known).ShouldBe("Goes to everybody on the list Staff.");
        AudienceWords.Of(new CampaignAudience([gone]), Known).ShouldBe("Goes to everybody on a list that is gone.");
        AudienceWords.Of(new CampaignAudience([staff, alumni, gone, Guid.NewGuid()]), Known)
            .ShouldBe("Goes to everybody on one of the lists Staff and “Alumni, old and new” or 2 lists that are gone.");
        AudienceWords.Of(new CampaignAudience(Contacts: [staff]), Known).ShouldBe("Goes to one person picked by hand.");
        AudienceWords.Of(new CampaignAudience(Everybody: true, ExceptSegments: [staff], ExceptDomains: ["example.com", "example.org"]), Known)
            .ShouldBe("Goes to everybody, but not to everybody in the segment Readers or everybody with an address at example.com or example.org.");
        AudienceWords.Of(new CampaignAudience([staff], [staff, alumni], ExceptLists: [alumni], ExceptContacts: [staff], Segments: [staff, alumni]), Known).ShouldBe(
            "Goes to everybody on the list Staff, everybody in one of the segments Readers and Lapsed and 2 people picked by hand, "
            + "but not to everybody on the list “Alumni, old and new” or one person left out by hand.");
    }

    [Theory]
    [InlineData("""{"all":[{"field":{"name":"city","is":["Bern","Basel"]}},{"not":{"list":"11111111-0000-0000-0000-000000000000"}},{"event":{"name":"timedOut","times":2,"lastDays":30}}]}""")]
    [InlineData("""{"any":[{"field":{"name":"age","atLeast":18.5}},{"not":{"field":{"name":"age","isKnown":true}}},{"field":{"name":"age","moreThan":1}},{"field":{"name":"age","atMost":1}},{"field":{"name":"age","lessThan":1}}]}""")]
    [InlineData("""{"all":[{"field":{"name":"d","from":"2026-01-31"}},{"field":{"name":"d","before":"2026-01-31"}},{"field":{"name":"d","lastDays":3}},{"field":{"name":"d","nextDays":0}}]}""")]
    [InlineData("""{"any":[{"field":{"name":"a","contains":"x"}},{"field":{"name":"a","startsWith":"y"}},{"not":{"field":{"name":"a","endsWith":"z"}}},{"event":{"name":"clicked","campaign":"22222222-0000-0000-0000-000000000000"}}]}""")]
    public void what_rows_can_say_comes_back_from_them_as_it_was(string condition)
    {
        var given = new SegmentDefinition("Some", Read(condition));
        var form = SegmentForm.Of(given, 7).ShouldNotBeNull();
        var (back, wrong) = Posted(form).Define();
        wrong.ShouldBeEmpty();
        back.Name.ShouldBe("Some");
        back.Condition.IsSame(given.Condition).ShouldBeTrue(JsonSerializer.Serialize(back.Condition, StoredJson.Options));
    }

    [Theory]
    [InlineData("""{"list":"11111111-0000-0000-0000-000000000000"}""", "on the list Staff")]
    [InlineData("""{"not":{"not":{"field":{"name":"phone","isKnown":false}}}}""", "telephone number is not known")]
    [InlineData("""{"all":[{"field":{"name":"age","atLeast":18,"lessThan":65}}]}""", "age is at least 18, and age is less than 65")]
    public void or_means_the_same(string condition, string words) =>
        SegmentWords.Of(SegmentForm.Of(new SegmentDefinition("Some", Read(condition)), 1).ShouldNotBeNull().Define().Definition.Condition, Known).ShouldBe(words);

    [Theory]
    [InlineData("""{"all":[{"any":[{"list":"11111111-0000-0000-0000-000000000000"}]}]}""")]
    [InlineData("""{"not":{"all":[{"list":"11111111-0000-0000-0000-000000000000"}]}}""")]
    [InlineData("""{"any":[{"field":{"name":"age","atLeast":18,"lessThan":65}}]}""")]
    [InlineData("""{"all":[{"not":{"field":{"name":"age","atLeast":18,"lessThan":65}}}]}""")]
    [InlineData("""{"field":{"name":"a","is":["x; y"]}}""")]
    [InlineData("""{"event":{"name":"opened","channel":"Sms"}}""")]
    [InlineData("""{"event":{"name":"opened","from":"2026-01-01"}}""")]
    public void what_they_cannot_is_left_to_the_api(string condition) => SegmentForm.Of(new SegmentDefinition("Some", Read(condition)), 1).ShouldBeNull();

    [Fact]
    public void nor_are_there_rows_without_end()
    {
        static SegmentForm? Of(int leaves) => SegmentForm.Of(new SegmentDefinition("Some", new Condition(All: [.. Enumerable.Repeat(new Condition(List: Guid.Parse(Staff)), leaves)])), 1);
        Of(20).ShouldNotBeNull().Rows.Count.ShouldBe(20);
        Of(21).ShouldBeNull();
        var form = SegmentForm.Empty();
        form.Rows.Count.ShouldBe(3);
        for (var times = 0; times < 30; times++)
        {
            form.AddRow();
        }

        form.Rows.Count.ShouldBe(20);
    }

    static Condition Read(string json) => JsonSerializer.Deserialize<Condition>(json, StoredJson.Options)!;

    /// <summary>As a browser sends it.</summary>
    static SegmentForm Posted(SegmentForm form)
    {
        var posted = new Dictionary<string, StringValues> { ["name"] = form.Name, ["match"] = form.IsAny ? "any" : "all", ["version"] = $"{form.Version}" };
        foreach (var (index, row) in form.Rows.Index())
        {
            foreach (var (name, value) in new[]
            {
                ("not", row.IsNot ? "true" : ""), ("kind", row.Kind), ("field", row.FieldName), ("comparison", row.Comparison), ("value", row.Value), ("list", row.List),
                ("event", row.Event), ("times", row.Times), ("days", row.Days), ("campaign", row.Campaign),
            })
            {
                posted[SegmentRow.Field(index, name)] = value;
            }
        }

        return SegmentForm.Read(new FormCollection(posted));
    }
}
