using System.Text;
using System.Text.Json;
using Campaigns.Consent;
using Campaigns.Providers;
using Campaigns.Providers.SendGrid;
using Campaigns.Recipients;
using Xunit.Abstractions;

namespace Campaigns.Tests.Providers.SendGrid;

public sealed class reading_event_webhooks(ITestOutputHelper output)
{
    const string Recipient = "0195a0b1c2d38e4f8a5b0123456789ab";

    static readonly SendGridEvents Reader = new(new SendGridAnswers());

    static readonly DateTimeOffset At = DateTimeOffset.FromUnixTimeSeconds(1513299569);

    public static TheoryData<string, object?> Kinds => new()
    {
        { "'event':'processed','send_at':1513299569,'pool':{'name':'p','id':'210'}", new MessageAccepted(At) },
        { "'event':'delivered','response':'250 OK','tls':1,'cert_err':0", new MessageDelivered(At) },
        { "'event':'deferred','response':'400 try again','attempt':'5'", new MessageDeferred(At, "400 try again") },
        { "'event':'deferred'", new MessageDeferred(At, null) },
        { "'event':'open','useragent':'Mozilla','sg_machine_open':false", new MessageOpened(At, false) },
        { "'event':'open','sg_machine_open':true", new MessageOpened(At, true) },
        { "'event':'open','sg_machine_open':'true'", new MessageOpened(At, true) },
        { "'event':'open','sg_machine_open':1", new MessageOpened(At, true) },
        { "'event':'open','sg_machine_open':null", new MessageOpened(At, false) },
        { "'event':'click','url':'https://example.com/?a=1','url_offset':{'index':0,'type':'html'}", new LinkClicked(At, "https://example.com/?a=1") },
        { "'event':'bounce','type':'bounce','bounce_classification':'Invalid Address','status':'5.1.1','reason':'550 No'",
            new MessageBounced(At, "bounce", "Invalid Address", "5.1.1", "550 No", FailureCategory.Recipient) },
        { "'event':'bounce','type':'blocked','status':571", new MessageBounced(At, "blocked", null, "571", null, FailureCategory.Temporary) },
        { "'event':'dropped','reason':'Bounced Address'", new MessageDropped(At, "Bounced Address", FailureCategory.Recipient) },
        { "'event':'dropped','reason':'Something new'", new MessageDropped(At, "Something new", FailureCategory.Unknown) },
        { "'event':'spamreport'", new SpamReported(At) },
        { "'event':'unsubscribe'", new RecipientUnsubscribed(At) },
        { "'event':'group_unsubscribe','asm_group_id':10", new RecipientUnsubscribed(At) },
        { "'event':'group_resubscribe','asm_group_id':10", null },
        { "'event':'account_status_change','type':'compliance_suspend'", null },
        { "'event':'something_new'", null },
        { "'event':7", null },
    };

    [Theory, MemberData(nameof(Kinds))]
    public void gives_the_fact_that_an_event_states(string members, object? fact) => One(members).Fact.ShouldBe(fact);

    [Theory]
    [InlineData("'event':'bounce','type':'bounce','bounce_classification':'Invalid Address'", SuppressionReason.InvalidAddress)]
    [InlineData("'event':'bounce','type':'bounce'", SuppressionReason.InvalidAddress)]
    [InlineData("'event':'bounce'", SuppressionReason.InvalidAddress)]
    [InlineData("'event':'bounce','bounce_classification':'Invalid Address'", SuppressionReason.InvalidAddress)]
    [InlineData("'event':'bounce','type':'bounce','bounce_classification':'Content'", null)]
    [InlineData("'event':'bounce','type':'bounce','bounce_classification':'Reputation'", null)]
    [InlineData("'event':'bounce','type':'bounce','bounce_classification':'Frequency or Volume Too High'", null)]
    [InlineData("'event':'bounce','type':'bounce','bounce_classification':'Technical'", null)]
    [InlineData("'event':'bounce','type':'bounce','bounce_classification':'Technical Failure'", null)]
    [InlineData("'event':'bounce','type':'bounce','bounce_classification':'Mailbox Unavailable'", SuppressionReason.Unreachable)]
    [InlineData("'event':'bounce','type':'blocked','bounce_classification':'Mailbox Unavailable'", SuppressionReason.Unreachable)]
    [InlineData("'event':'bounce','type':'bounce','bounce_classification':'Unclassified'", null)]
    [InlineData("'event':'bounce','type':'blocked'", null)]
    [InlineData("'event':'bounce','type':'blocked','bounce_classification':'Invalid Address'", null)]
    [InlineData("'event':'bounce','type':'expired'", null)]
    [InlineData("'event':'spamreport'", SuppressionReason.Complaint)]
    [InlineData("'event':'unsubscribe'", SuppressionReason.Unsubscribed)]
    [InlineData("'event':'group_unsubscribe'", SuppressionReason.Unsubscribed)]
    [InlineData("'event':'group_resubscribe'", null)]
    [InlineData("'event':'dropped','reason':'Bounced Address'", SuppressionReason.InvalidAddress)]
    [InlineData("'event':'dropped','reason':'Invalid'", SuppressionReason.InvalidAddress)]
    [InlineData("'event':'dropped','reason':'Spam Reporting Address'", SuppressionReason.Complaint)]
    [InlineData("'event':'dropped','reason':'Unsubscribed Address'", SuppressionReason.Unsubscribed)]
    [InlineData("'event':'dropped','reason':'Spam Content (if spam checker app enabled)'", null)]
    [InlineData("'event':'dropped','reason':'Invalid SMTPAPI header'", null)]
    [InlineData("'event':'dropped','reason':'Recipient List over Package Quota'", null)]
    [InlineData("'event':'dropped'", null)]
    [InlineData("'event':'deferred'", null)]
    [InlineData("'event':'delivered'", null)]
    [InlineData("'event':'open'", null)]
    [InlineData("'event':'click'", null)]
    public void suppresses_only_for_the_recipients_fault_or_wish(string members, SuppressionReason? reason) => One(members).Suppresses.ShouldBe(reason);

    [Theory]
    [InlineData("bounce", "Invalid Address", FailureCategory.Recipient), InlineData("bounce", "Mailbox Unavailable", FailureCategory.Recipient)]
    [InlineData("bounce", "Content", FailureCategory.Content), InlineData("blocked", "Reputation", FailureCategory.Content)]
    [InlineData("bounce", "Frequency or Volume Too High", FailureCategory.Temporary), InlineData("bounce", "Technical", FailureCategory.Temporary)]
    [InlineData("bounce", "Technical Failure", FailureCategory.Temporary), InlineData("expired", "Unclassified", FailureCategory.Temporary)]
    [InlineData("bounce", "Unclassified", FailureCategory.Unknown), InlineData("bounce", "Of next year", FailureCategory.Unknown)]
    public void says_whose_fault_a_bounce_is(string type, string classification, FailureCategory category) =>
        One($"'event':'bounce','type':'{type}','bounce_classification':'{classification}'").Fact.ShouldBeOfType<MessageBounced>().Category.ShouldBe(category);

    [Theory, InlineData("'category':'c1'"), InlineData("'category':['c1','c2']"), InlineData("'category':null"), InlineData("'category':{'a':[1]}")]
    [InlineData("'asm_group_id':'10'"), InlineData("'unknown':{'deep':[{'deeper':null}]}"), InlineData("'':1"), InlineData("'sg_event_id':5")]
    [InlineData("'url_offset':'html'"), InlineData("'url_offset':[0]"), InlineData("'url_offset':{}"), InlineData("'smtp-id':''")]
    [InlineData("'sg_message_id':null"), InlineData("'url':{'not':'text'}")]
    public void takes_no_offence_at_members_that_are_unknown_or_of_another_type(string members)
    {
        var fact = One(members + ",'event':'open'");
        (fact.Fact, fact.Recipient, fact.Address).ShouldBe((new MessageOpened(At, false), Guid.ParseExact(Recipient, "N"), "a@example.com"));
    }

    [Theory]
    [InlineData("'timestamp':1513299569", 1513299569_000)]
    [InlineData("'timestamp':'1513299569'", 1513299569_000)]
    [InlineData("'timestamp':1513299569.25", 1513299569_250)]
    [InlineData("'timestamp':1.513299569e9", 1513299569_000)]
    [InlineData("'timestamp':1", 1_000)]
    [InlineData("'timestamp':253402300798", 253402300798_000)]
    public void takes_the_time_as_a_number_or_as_text(string timestamp, long milliseconds) =>
        Read("[{'event':'delivered'," + timestamp + "}]", 0).Single().Fact.ShouldBe(new MessageDelivered(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)));

    [Theory]
    [InlineData("{'event':'open'}")]
    [InlineData("{'event':'open','timestamp':null}")]
    [InlineData("{'event':'open','timestamp':''}")]
    [InlineData("{'event':'open','timestamp':'soon'}")]
    [InlineData("{'event':'open','timestamp':'NaN'}")]
    [InlineData("{'event':'open','timestamp':'Infinity'}")]
    [InlineData("{'event':'open','timestamp':0}")]
    [InlineData("{'event':'open','timestamp':-1513299569}")]
    [InlineData("{'event':'open','timestamp':1513299569000}")] // milliseconds: the year 49924
    [InlineData("{'event':'open','timestamp':253402300799}")]
    [InlineData("{'event':'open','timestamp':1e400}")]
    [InlineData("{'event':'open','timestamp':[1513299569]}")]
    [InlineData("{'timestamp':1513299569}")]
    [InlineData("{'event':null,'timestamp':1513299569}")]
    [InlineData("{'event':{},'timestamp':1513299569}")]
    [InlineData("{'event':'\\ud800','timestamp':1513299569}")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("17")]
    [InlineData("'text'")]
    [InlineData("[]")]
    [InlineData("[{'event':'open','timestamp':1513299569}]")]
    [InlineData("{'\\ud800':1,'event':'open','timestamp':1513299569}")] // a name that is half a letter
    public void counts_entries_that_say_neither_what_nor_when_and_reads_the_others(string entry)
    {
        var facts = Read($"[{Entry("'event':'open'")},{entry},{Entry("'event':'spamreport'")}]", 1);
        facts.Select(fact => fact.Fact).ShouldBe([new MessageOpened(At, false), new SpamReported(At)]);
    }

    [Theory, InlineData(Recipient), InlineData("0195a0b1-c2d3-8e4f-8a5b-0123456789ab"), InlineData("0195A0B1-C2D3-8E4F-8A5B-0123456789AB")]
    public void knows_our_id_with_dashes_and_without(string id)
    {
        var fact = Read("[{'event':'delivered','timestamp':1513299569,'email':'a@example.com','ob_mid':'" + id + "'}]", 0).Single();

        fact.Recipient.ShouldBe(Guid.ParseExact(Recipient, "N"));
        fact.Keys.ShouldBe(One("'event':'delivered'").Keys, "or the same would be recorded twice");
    }

    [Fact]
    public void finds_no_recipient_where_there_is_no_id_of_ours()
    {
        foreach (var id in new[] { "'sg_message_id':'abc'", "'ob_mid':'test-0195a0b1c2d38e4f8a5b0123456789ab'", "'ob_mid':''", "'ob_mid':'{0195a0b1-c2d3-8e4f-8a5b-0123456789ab}'", "'ob_mid':null", "'ob_mid':12" })
        {
            Read("[{'event':'unsubscribe','timestamp':1513299569,'email':'a@example.com'," + id + "}]", 0).Single().Recipient.ShouldBeNull(id);
        }
    }

    [Theory]
    [InlineData("'A@Example.COM'", "a@example.com"), InlineData("' a@example.com '", "a@example.com")]
    [InlineData("'nobody'", null), InlineData("''", null), InlineData("null", null), InlineData("5", null)]
    public void gives_the_address_as_it_is_kept(string email, string? address) =>
        Read("[{'event':'unsubscribe','timestamp':1513299569,'email':" + email + "}]", 0).Single().Address.ShouldBe(address);

    [Theory]
    [InlineData("a\\u0000b", "ab")]
    [InlineData("\\u0000", "")]
    [InlineData("a\\ud800b", null)]
    [InlineData("\\ud83d\\ude00", "😀")]
    public void leaves_out_what_cannot_be_stored(string reason, string? kept) =>
        One($"'event':'dropped','reason':'{reason}'").Fact.ShouldBe(new MessageDropped(At, kept, FailureCategory.Unknown));

    [Fact]
    public void leaves_out_text_that_is_not_utf8()
    {
        byte[] body = [.. Json("[{'event':'dropped','timestamp':1513299569,'reason':'"), 0xff, 0xfe, .. Json("'}]")];
        Reader.Read(body, out var malformed).Single().Fact.ShouldBe(new MessageDropped(At, null, FailureCategory.Unknown));
        malformed.ShouldBe(0);
    }

    [Theory, InlineData(""), InlineData("[{'event':'open'"), InlineData("no json"), InlineData("[]]"), InlineData("[{'event':'op"), InlineData("\u0000"), InlineData("[}{]")]
    public void says_when_there_is_nothing_in_it(string body) => Should.Throw<JsonException>(() => Reader.Read(Json(body), out _));

    [Fact]
    public void is_not_brought_down_by_depth()
    {
        Should.Throw<JsonException>(() => Reader.Read(Json(new string('[', 1_000_000)), out _));
        Should.Throw<JsonException>(() => Reader.Read(Json(string.Concat(Enumerable.Repeat("{'a':", 100_000))), out _));
    }

    public static TheoryData<string> Broken => new()
    {
        "{'event':'open','timestamp':1513299569,'useragent':'\u0000\u0001\t'}", // as they are, where JSON has escapes
        "{'event':'open','timestamp':1513299569,'useragent':'a\nb'}",
        "{'event':'open','timestamp':1513299569,'useragent':'\\x41'}",
        "{'event':'open','timestamp':1513299569,'useragent':'never ends}",
        "{'event':'open','timestamp':1513299569,{}",
        "{'event':'open','timestamp':1513299569,'deep':{'deeper':{'deepest':{}}",
        "{'event':'open','timestamp':01513299569}",
        "{'event':'open','timestamp':NaN}",
        "{'event':'open' 'timestamp':1513299569}",
        "{event:'open'}",
        "{'event':'open','timestamp':1513299569,'url':" + new string('[', 10_000) + new string(']', 10_000) + "}",
        new string('[', 10_000) + new string(']', 10_000),
        string.Concat(Enumerable.Repeat("{'a':", 10_000)) + new string('}', 10_000),
        "undefined",
    };

    [Theory, MemberData(nameof(Broken))]
    public void loses_no_good_event_beside_one_that_is_no_json(string broken)
    {
        var good = new[] { "open", "spamreport", "unsubscribe" }.Select(kind => Entry($"'event':'{kind}'")).ToList();
        foreach (var place in Enumerable.Range(0, good.Count + 1))
        {
            var body = $"[{string.Join(",\r\n", good.Take(place).Append(broken).Concat(good.Skip(place)))}]\r\n";
            Reader.Read(Json(body), out var malformed).Select(fact => fact.Fact)
                .ShouldBe([new MessageOpened(At, false), new SpamReported(At), new RecipientUnsubscribed(At)], $"the broken one at {place}");
            malformed.ShouldBeGreaterThan(0);
        }
    }

    [Theory, InlineData("[{0},\r\n{0}"), InlineData("[{0},{0},{'event':'op"), InlineData("[{0}{0}]"), InlineData("\ufeff[{0},{0}]"), InlineData("{0}\n{0}\n")]
    public void keeps_what_is_whole_of_a_body_that_is_not(string body) =>
        Reader.Read(Json(body.Replace("{0}", Entry("'event':'open','useragent':'}\\'{\\\\'"), StringComparison.Ordinal)), out _).Select(fact => fact.Fact)
            .ShouldBe([new MessageOpened(At, false), new MessageOpened(At, false)]);

    [Fact]
    public void loses_no_good_event_whatever_becomes_of_the_one_beside_it()
    {
        var random = new Random(Seed.Of(output));
        for (var round = 0; round < 1000; round++)
        {
            var good = Enumerable.Range(0, random.Next(1, 6)).Select(i => Json(Entry($"'event':'delivered','timestamp':{1 + i},'response':'250 }}{{ ok'"))).ToList();
            var spoilt = Mutation.Of(Json(Entry("'event':'click','url':'https://example.com/?a=[1]','url_offset':{'index':0,'type':'html'},'category':['c1','c2']")), random);
            var entries = good.ToList();
            entries.Insert(random.Next(entries.Count + 1), spoilt);
            byte[] body = [.. "["u8, .. entries.SelectMany((entry, i) => i == 0 ? entry : [.. ",\r\n"u8, .. entry]), .. "]\r\n"u8];

            var read = Reader.Read(body, out _).Select(fact => fact.Fact).OfType<MessageDelivered>().Select(fact => fact.At.ToUnixTimeSeconds());
            read.Where(second => second <= good.Count).Distinct().ShouldBe(Enumerable.Range(1, good.Count).Select(second => (long)second), Encoding.UTF8.GetString(body));
        }
    }

    [Theory, InlineData("[]", 0), InlineData("null", 1), InlineData("5", 1), InlineData("{}", 1), InlineData("[null,1]", 2)]
    public void of_nothing_gives_nothing(string body, int malformed) => Read(body, malformed).ShouldBeEmpty();

    [Fact]
    public void takes_an_event_that_is_not_in_an_array() => Read(Entry("'event':'open'"), 0).Single().Fact.ShouldBe(new MessageOpened(At, false));

    [Fact]
    public void reads_five_thousand_events_in_their_order()
    {
        var facts = Read($"[{string.Join(',', Enumerable.Range(1, 5000).Select(second => $"{{'event':'delivered','timestamp':{second}}}"))}]", 0);
        facts.Select(fact => ((MessageDelivered)fact.Fact!).At.ToUnixTimeSeconds()).ShouldBe(Enumerable.Range(1, 5000).Select(second => (long)second));
    }

    [Fact]
    public void knows_a_repeat_by_the_providers_id_whatever_else_it_says() =>
        SameEvent("'event':'open','sg_event_id':'e1'", "'event':'open','sg_event_id':'e1','sg_machine_open':true,'timestamp':1513299600").ShouldBeTrue();

    [Fact]
    public void knows_a_repeat_by_what_it_says_whatever_its_id() =>
        SameEvent("'event':'open','sg_event_id':'e1','useragent':'a'", "'event':'open','sg_event_id':'e2','useragent':'b'").ShouldBeTrue();

    [Fact]
    public void knows_a_repeat_that_lost_its_ids() =>
        SameEvent("'event':'open','sg_event_id':'e1','sg_message_id':'m1'", "'event':'open'").ShouldBeTrue();

    [Theory]
    [InlineData("'event':'click','url':'u','url_offset':{'index':0}", "'event':'click','url':'u','url_offset':{'index':1}")]
    [InlineData("'event':'click','url':'u'", "'event':'click','url':'v'")]
    [InlineData("'event':'open'", "'event':'click'")]
    [InlineData("'event':'open','timestamp':1513299569", "'event':'open','timestamp':1513299570")]
    [InlineData("'event':'open','ob_mid':'0195a0b1c2d38e4f8a5b0123456789ab'", "'event':'open','ob_mid':'0195a0b1c2d38e4f8a5b0123456789ac'")]
    [InlineData("'event':'open','email':'a@example.com'", "'event':'open','email':'b@example.com'")]
    [InlineData("'event':'group_unsubscribe','asm_group_id':1", "'event':'group_unsubscribe','asm_group_id':2")]
    [InlineData("'event':'group_resubscribe','asm_group_id':1", "'event':'group_resubscribe','asm_group_id':2")]
    [InlineData("'event':'group_unsubscribe','asm_group_id':1", "'event':'group_unsubscribe'")]
    public void knows_two_events_apart(string one, string other) =>
        SameEvent(one + ",'sg_event_id':'e1'", other + ",'sg_event_id':'e2'").ShouldBeFalse();

    [Theory] // these stand in databases: with other ones all that is told again would be recorded again
    [InlineData("'event':'unsubscribe'", "ab400bd0-953d-8612-78fc-b014aa3a3f24"), InlineData("'event':'group_unsubscribe'", "ff86a2b3-c46b-4534-9343-9049cf9829a4")]
    [InlineData("'event':'open','asm_group_id':1", "ab03f848-59bc-4951-17c1-d262ad00e7ba")]
    public void goes_on_to_know_what_was_kept_of_events_that_are_about_no_group(string members, string key) =>
        One(members).Keys.ShouldBe([new Guid(key)]);

    [Fact]
    public void knows_a_repeat_of_what_was_said_of_a_group() => SameEvent(
        "'event':'group_unsubscribe','asm_group_id':1,'sg_event_id':'e1'", "'event':'group_unsubscribe','asm_group_id':'1','sg_event_id':'e2'").ShouldBeTrue();

    [Fact]
    public void knows_an_id_from_content_that_looks_like_one()
    {
        var keys = Read("[{'event':'x','timestamp':1},{'event':'x','timestamp':2,'sg_event_id':'id'}]", 0).SelectMany(fact => fact.Keys).ToList();
        keys.Count.ShouldBe(3);
        keys.Distinct().Count().ShouldBe(3);
    }

    static bool SameEvent(string one, string other) => One(one).Keys.Intersect(One(other).Keys).Any();

    static ProviderFact One(string members) => Read($"[{Entry(members)}]", 0).ShouldHaveSingleItem();

    // Of two members of one name the last counts.
    static string Entry(string members) => $"{{'email':'a@example.com','timestamp':1513299569,'ob_mid':'{Recipient}',{members}}}";

    static IReadOnlyList<ProviderFact> Read(string body, int malformed)
    {
        var facts = Reader.Read(Json(body), out var counted);
        counted.ShouldBe(malformed);
        return facts;
    }

    static byte[] Json(string text) => Encoding.UTF8.GetBytes(text.Replace('\'', '"'));
}
