using System.Text.Json;
using System.Text.RegularExpressions;
using Campaigns.Http;
using Campaigns.Recipients;
using Campaigns.Segments;
using Campaigns.Storage;

namespace Campaigns.Tests.Segments;

public sealed partial class a_condition
{
    static readonly JsonSerializerOptions Api = Options();

    [Theory]
    [InlineData("""{}""", "condition", "Give one of all, any, not, field, list and event.")]
    [InlineData("""{"all": [{"list": "0195a0b1-c2d3-7e4f-8a5b-0123456789ab"}], "not": {"field": {"name": "city", "isKnown": true}}}""", "condition", "Give one of")]
    [InlineData("""{"all": []}""", "condition.all", "It is empty")]
    [InlineData("""{"any": [{"list": "0195a0b1-c2d3-7e4f-8a5b-0123456789ab"}, null]}""", "condition.any[1]", "A condition is an object")]
    [InlineData("""{"any": [{"list": "0195a0b1-c2d3-7e4f-8a5b-0123456789ab"}, {"not": {"field": {"name": "city"}}}]}""", "condition.any[1].not.field", "Say what the field has to be")]
    [InlineData("""{"field": {"name": " ", "isKnown": true}}""", "condition.field.name", "cannot be the name of a field")]
    [InlineData("""{"field": {"name": "city", "is": []}}""", "condition.field.is", "1 to 200 texts")]
    [InlineData("""{"field": {"name": "city", "is": ["Bern", ""]}}""", "condition.field", "one line of 1 to 200 characters")]
    [InlineData("""{"field": {"name": "city", "is": [null]}}""", "condition.field", "one line of 1 to 200 characters")]
    [InlineData("""{"field": {"name": "city", "contains": "a\nb"}}""", "condition.field", "one line of 1 to 200 characters")]
    [InlineData("""{"field": {"name": "city", "isKnown": false, "is": ["Bern"]}}""", "condition.field.isKnown", "leave out the rest")]
    [InlineData("""{"field": {"name": "email", "is": ["ann@a.example"]}}""", "condition.field", "email_domain")]
    [InlineData("""{"field": {"name": "E-Mail", "contains": "ann"}}""", "condition.field.name", "is kept as one of email, phone")]
    [InlineData("""{"field": {"name": "timezone", "isKnown": true}}""", "condition.field.name", "name that")]
    [InlineData("""{"field": {"name": "firstName", "isKnown": true}}""", null, null)]
    [InlineData("""{"field": {"name": "note", "is": ["Ann@A.example"]}}""", "condition.field", "no e-mail addresses")]
    [InlineData("""{"field": {"name": "note", "startsWith": "+41 79 123 45 67"}}""", "condition.field", "no e-mail addresses and no telephone numbers")]
    [InlineData("""{"field": {"name": "due", "from": "0001-01-01"}}""", "condition.field", "1900 to 2200")]
    [InlineData("""{"event": {"name": "sent", "before": "9999-12-31"}}""", "condition.event", "1900 to 2200")]
    [InlineData("""{"field": {"name": "phone", "startsWith": "+41791234567"}}""", "condition.field", "a plus and at most seven digits")]
    [InlineData("""{"field": {"name": "phone", "startsWith": "079"}}""", "condition.field", "a plus and at most seven digits")]
    [InlineData("""{"field": {"name": "phone", "startsWith": "+41 79"}}""", null, null)]
    [InlineData("""{"field": {"name": "phone", "startsWith": "+4179"}}""", null, null)]
    [InlineData("""{"field": {"name": "added_at", "contains": "2026"}}""", "condition.field", "added_at is a day")]
    [InlineData("""{"field": {"name": "birthday", "lastDays": -1}}""", "condition.field", "0 to 36525")]
    [InlineData("""{"event": {"lastDays": 3}}""", "condition.event.name", "Say what happened")]
    [InlineData("""{"event": {"name": "opened", "times": 0}}""", "condition.event.times", "1 to 10000")]
    [InlineData("""{"event": {"name": "opened", "lastDays": 40000}}""", "condition.event.lastDays", "1 to 36525")]
    public void says_what_is_wrong_and_where(string json, string? member, string? why)
    {
        var errors = new SegmentDefinition("Active", Read(json)).Errors();
        if (member is null)
        {
            errors.ShouldBeEmpty();
        }
        else
        {
            errors.Keys.ShouldBe([member]);
            errors[member].Single().ShouldContain(why!);
        }
    }

    [Theory]
    [InlineData("""{"all": [{"field": {"name": "city", "equals": "Bern"}}]}""", "equals")]
    [InlineData("""{"event": {"name": "read"}}""", "read")]
    [InlineData("""{"list": "customers"}""", "list")]
    public void that_cannot_be_read_names_what_it_was(string json, string what) =>
        Should.Throw<JsonException>(() => Read(json)).ToString().ShouldContain(what);

    [Fact]
    public void has_limits()
    {
        var leaf = new Condition(List: Guid.Empty);
        new SegmentDefinition("Active", new Condition(Any: [.. Enumerable.Repeat(leaf, Condition.MostLeaves)])).Errors().ShouldBeEmpty();
        new SegmentDefinition("Active", new Condition(Any: [.. Enumerable.Repeat(leaf, Condition.MostLeaves + 1)])).Errors()["condition"].Single().ShouldContain("At most 50");
        var deep = Enumerable.Range(1, Condition.MostLevels - 1).Aggregate(leaf, (inner, _) => new Condition(Not: inner));
        new SegmentDefinition("Active", deep).Errors().ShouldBeEmpty();
        new SegmentDefinition("Active", new Condition(Not: deep)).Errors()["condition"].Single().ShouldContain("At most 10 levels");
    }

    [Fact]
    public void needs_a_name()
    {
        foreach (var name in new[] { null, " ", new string('x', 201), "a\nb" })
        {
            new SegmentDefinition(name!, new Condition(List: Guid.Empty)).Errors().Keys.ShouldBe(["name"]);
        }

        new SegmentDefinition("Active", null!).Errors().Keys.ShouldBe(["condition"]);
    }

    [Fact]
    public void is_kept_in_one_form() => JsonSerializer.Serialize(
            new SegmentDefinition(" Active ", Read("""{"all":[{"field":{"name":"First Name","is":[" Ann ","Ann"]}},{"not":{"field":{"name":"Ort","startsWith":" B "}}}]}""")).Normalise(), StoredJson.Options)
        .ShouldBe("""{"name":"Active","condition":{"all":[{"field":{"name":"first_name","is":["Ann"]}},{"not":{"field":{"name":"ort","startsWith":"B"}}}]}}""");

    [Fact]
    public void becomes_a_query_whose_values_are_parameters()
    {
        const string evil = "x') or true --";
        var condition = new Condition(All:
        [
            new(Field: new FieldCondition(evil, Is: [evil], Contains: evil, StartsWith: evil, EndsWith: evil, AtLeast: 987654, From: new DateOnly(1987, 6, 5))),
            new(Not: new(Event: new EventCondition(ContactEvent.Clicked, Guid.Parse("99999999-9999-4999-8999-999999999999"), Channel.Sms, 7654, new DateOnly(1987, 6, 5), null, 432))),
            new(Any: [new(List: Guid.Parse("88888888-8888-4888-8888-888888888888"))]),
        ]);
        var query = new ContactQuery(Some.Now, TimeZoneInfo.Utc, 2).Include(condition).ExceptDomains([evil]).ExceptContacts([Guid.Empty]).IncludeContacts([Guid.Empty]);
        var (text, values) = query.Over("select $2 from audience", "acme", "own");

        text.ShouldNotContain(evil);
        text.ShouldNotContain("1987");
        Digits().IsMatch(text).ShouldBeFalse(text);
        values[..2].ShouldBe(["acme", "own"]);
        var named = Parameter().Matches(text).Select(match => int.Parse(match.ValueSpan[1..], System.Globalization.CultureInfo.InvariantCulture)).ToHashSet();
        named.ShouldBe(Enumerable.Range(1, values.Length), ignoreOrder: true);
    }

    [Fact]
    public void of_lists_alone_asks_about_nothing_else()
    {
        var (text, _) = new ContactQuery(Some.Now, TimeZoneInfo.Utc, 1).IncludeLists([Guid.Empty]).Over("select from audience", "acme");
        text.ShouldNotContain("recipients");
        text.ShouldNotContain("offset");
    }

    [Fact]
    public void of_nothing_finds_nobody() =>
        new ContactQuery(Some.Now, TimeZoneInfo.Utc, 1).Over("select from audience", "acme").Text.ShouldContain("where c.tenant_id = $1 and (false)");

    static Condition Read(string json) => JsonSerializer.Deserialize<Condition>(json, Api)!;

    static JsonSerializerOptions Options()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        ApiJson.Configure(options);
        return options;
    }

    [GeneratedRegex(@"\$\d+")]
    private static partial Regex Parameter();

    [GeneratedRegex(@"[1-9]\d{3}")]
    private static partial Regex Digits();
}

public sealed class a_segment
{
    static readonly SegmentDefinition Definition = new("Active", new Condition(List: Some.Id));
    static readonly SegmentDefinition Another = new("Active", new Condition(Not: new Condition(List: Some.Id)));

    static Given<Segment> Given(params object[] facts) => new(facts.Aggregate(Segment.Initial, (state, fact) => state.Evolve(fact)));

    [Fact]
    public void is_made_once()
    {
        Given().When(segment => CreateSegmentHandler.Decide(Definition, segment)).Then(new SegmentCreated(Definition));
        Given(new SegmentCreated(Definition)).When(segment => CreateSegmentHandler.Decide(Definition, segment)).ThenNothing();
    }

    [Fact]
    public void is_written_anew_where_it_differs()
    {
        Given(new SegmentCreated(Definition)).When(segment => ReviseSegmentHandler.Decide(Another, segment)).Then(new SegmentRevised(Another));
        Given(new SegmentCreated(Definition)).When(segment => ReviseSegmentHandler.Decide(new SegmentDefinition("Active", new Condition(List: Some.Id)), segment)).ThenNothing();
        Given(new SegmentCreated(Definition)).When(segment => ReviseSegmentHandler.Decide(Definition with { Name = "Lively" }, segment))
            .Then(new SegmentRevised(Definition with { Name = "Lively" }));
    }

    [Fact]
    public void that_is_gone_is_not_found()
    {
        Given().When(segment => ReviseSegmentHandler.Decide(Definition, segment)).Refused("not-found");
        Given(new SegmentCreated(Definition), new SegmentDeleted()).When(segment => ReviseSegmentHandler.Decide(Another, segment)).Refused("not-found");
        Given(new SegmentCreated(Definition)).When(DeleteSegmentHandler.Decide).Then(new SegmentDeleted());
        Given(new SegmentCreated(Definition), new SegmentDeleted()).When(DeleteSegmentHandler.Decide).Refused("not-found");
    }
}
