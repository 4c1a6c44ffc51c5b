using System.Net;
using System.Text;
using System.Text.Json;

namespace Campaigns.Server.Tests.Http;

/// <summary>What a caller writes that means nothing here is refused, with what would do.</summary>
[Collection("postgres")]
public sealed class filters_and_words(PostgresFixture postgres) : IAsyncLifetime
{
    ApiHost host = null!;
    HttpClient api = null!;

    public async Task InitializeAsync()
    {
        host = await ApiHost.Start(await postgres.NewDatabase());
        api = await host.Client();
    }

    public async Task DisposeAsync()
    {
        api.Dispose();
        await host.DisposeAsync();
    }

    [Theory]
    [InlineData("campaigns?staus=draft", "staus", "limit,cursor,status,archived,search")]
    [InlineData("suppressions?adress=a@a.example", "adress", "limit,cursor,address")]
    [InlineData("organisation?verbose=true", "verbose", "")]
    [InlineData("imports?limit=1&kind=csv", "kind", "limit,cursor")]
    public async Task a_parameter_that_there_is_not_is_refused_with_those_that_there_are(string path, string unknown, string allowed)
    {
        using var answer = await api.GetAsync(path);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var problem = await answer.Json();
        problem.Text("type").ShouldBe("/problems/query-unknown");
        problem.Text("detail").ShouldContain($"'{unknown}'");
        string.Join(',', problem.GetProperty("allowed").EnumerateArray().Select(name => name.GetString())).Split(',').ShouldBe(allowed.Split(','), ignoreOrder: true);
    }

    [Theory]
    [InlineData("campaigns?search=a&search=b", "search")]
    [InlineData("campaigns?search=a&SEARCH=a", "search")]
    [InlineData("campaigns?limit=1&limit=2&status=draft", "limit")]
    [InlineData("campaigns?archived=true&archived=false&cursor=&cursor=", "archived", "cursor")]
    [InlineData("contacts?email=a@a.example&email=b@a.example", "email")]
    [InlineData("suppressions?address=a@a.example&address=", "address")]
    public async Task a_parameter_of_which_one_is_taken_is_refused_when_it_comes_twice(string path, params string[] twice)
    {
        using var answer = await api.GetAsync(path);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var problem = await answer.Json();
        problem.Text("type").ShouldBe("/problems/query-repeated");
        problem.GetProperty("repeated").EnumerateArray().Select(name => name.GetString()!.ToLowerInvariant()).ShouldBe(twice, ignoreOrder: true);
    }

    [Fact]
    public async Task a_parameter_of_which_several_are_taken_may_come_twice()
    {
        await api.Post("campaigns", new { name = "Spring" });
        (await api.GetJson("campaigns?status=draft&status=scheduled&search=spr")).GetProperty("items").GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task every_parameter_that_the_description_names_is_taken()
    {
        using var description = JsonDocument.Parse(await api.GetStringAsync(new Uri(host.Address, "/openapi/v1.json")));
        var tried = 0;
        foreach (var path in description.RootElement.GetProperty("paths").EnumerateObject().Where(path => path.Name.StartsWith("/api/", StringComparison.Ordinal)))
        {
            if (!path.Value.TryGetProperty("get", out var get) || !get.TryGetProperty("parameters", out var parameters))
            {
                continue;
            }

            foreach (var parameter in parameters.EnumerateArray().Where(parameter => parameter.Text("in") == "query"))
            {
                using var answer = await api.GetAsync(new Uri(host.Address, $"{path.Name.Replace("{id}", Guid.NewGuid().ToString(), StringComparison.Ordinal)}?{parameter.Text("name")}=x"));
                (await answer.Content.ReadAsStringAsync()).ShouldNotContain("query-unknown");
                tried++;
            }
        }

        tried.ShouldBeGreaterThan(20);
    }

    [Fact]
    public async Task an_address_that_is_asked_for_is_found_as_it_arrives_and_refused_where_it_is_none()
    {
        await api.Post("suppressions", new { addresses = new[] { "+41795554663", "anna+news@x.example", "other@x.example" } });
        await api.Post("contacts", new { email = "anna+news@x.example", phone = "+41795554663" });

        foreach (var (path, member, found) in new[]
        {
            ("suppressions?address=+41795554663", "address", "+41795554663"), ("suppressions?address=%2B41795554663", "address", "+41795554663"),
            ("suppressions?address=anna+news@x.example", "address", "anna+news@x.example"), ("contacts?email=anna+news@x.example", "email", "anna+news@x.example"),
            ("contacts?phone=+41795554663", "phone", "+41795554663"),
        })
        {
            (await api.GetJson(path)).GetProperty("items").EnumerateArray().Select(item => item.Text(member)).ShouldBe([found], path);
        }

        foreach (var path in new[] { "suppressions?address=41795554663", "suppressions?address=junk", "suppressions?address=", "contacts?email=junk", "contacts?phone=079" })
        {
            using var answer = await api.GetAsync(path);
            answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest, path);
        }

        (await api.GetJson("suppressions?address=nobody@x.example")).GetProperty("items").GetArrayLength().ShouldBe(0);
    }

    [Theory]
    [InlineData("keys", """{"name":"crm","scope":"reader"}""", "$.scope", "one of: read, send, admin")]
    [InlineData("campaigns", """{"name":"c","channels":"fax"}""", "$.channels", "one of: email, sms, emailAndSms")]
    [InlineData("campaigns", """{"name":"c","window":{"from":"09:00","to":"18:00","outside":"wait"}}""", "$.window.outside", "one of: hold, drop")]
    [InlineData("campaigns", """{"name":"c","window":{"from":"09:00","to":"18:00","days":["funday"]}}""", "$.window.days[0]", "one of: sunday, monday")]
    [InlineData("campaigns", """{"name":"c","window":{"from":"nine","to":"18:00"}}""", "$.window.from", "a time of day")]
    [InlineData("campaigns", """{"name":"c","pace":{"batches":{"minSize":"five"}}}""", "$.pace.batches.minSize", "a whole number")]
    [InlineData("campaigns", """{"name":"c","senderIds":["five"]}""", "$.senderIds[0]", "a UUID")]
    [InlineData("suppressions", """{"addresses":["a@a.example"],"reason":"bored"}""", "$.reason", "one of: unreachable, unsubscribed")]
    [InlineData("keys", """{"name":"crm","scope":"read, admin"}""", "$.scope", "one of: read, send, admin")]
    [InlineData("keys", """{"name":"crm","scope":2}""", "$.scope", "one of: read, send, admin")]
    [InlineData("campaigns", """{"name":"c","channels":"email,sms"}""", "$.channels", "one of: email, sms, emailAndSms")]
    [InlineData("campaigns", """{"name":"c","window":{"from":"09:00","to":"18:00","days":["monday,sunday"]}}""", "$.window.days[0]", "one of: sunday, monday")]
    [InlineData("suppressions", """{"addresses":["a@a.example"],"reason":"manual,complaint"}""", "$.reason", "one of: unreachable, unsubscribed")]
    [InlineData("keys", """{"name":"crm","expiresAt":"2027-01-01T00:00:00"}""", "$.expiresAt", "a time with its zone")]
    [InlineData("keys", """{"name":"crm","expiresAt":"2027-01-01"}""", "$.expiresAt", "a time with its zone")]
    public async Task a_value_of_another_kind_is_refused_with_what_belongs_there(string path, string body, string place, string kind)
    {
        using var answer = await api.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"));

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var detail = (await answer.Json()).Text("detail");
        detail.ShouldContain(place);
        detail.ShouldContain(kind);
    }

    [Fact]
    public async Task an_address_that_is_none_is_named_and_nothing_is_suppressed()
    {
        using var answer = await api.PostAsync(
            "suppressions", new StringContent("""{"addresses":["ok@x.example","bad","079"]}""", Encoding.UTF8, "application/json"));
        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await answer.Json()).Text("detail").ShouldStartWith("No address: 'bad', '079'. ");
        (await api.GetJson("suppressions")).GetProperty("items").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task a_schedule_without_a_time_is_told_what_is_missing()
    {
        var campaign = (await api.Post("campaigns", new { name = "Spring" })).Text("id");
        using var answer = await api.PostAsync($"campaigns/{campaign}/schedule", new StringContent("{}", Encoding.UTF8, "application/json"));
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Json()).Text("detail").ShouldBe("A required member is missing: at.");
    }

    [Theory]
    [InlineData("campaigns?status=draft,scheduled", "draft, inReview, approved")]
    [InlineData("campaigns?status=none", "draft, inReview, approved")]
    [InlineData("campaigns?status=3", "draft, inReview, approved")]
    public async Task a_filter_takes_one_word_of_those_that_there_are(string path, string words)
    {
        using var answer = await api.GetAsync(path);
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Json()).Text("detail").ShouldContain(words);
    }

    [Theory]
    [InlineData("2027-01-01T09:00:00")]
    [InlineData("2027-01-01")]
    [InlineData("tomorrow")]
    public async Task a_schedule_without_its_zone_is_refused(string at)
    {
        var campaign = (await api.Post("campaigns", new { name = "Spring" })).Text("id");
        using var answer = await api.PostAsync($"campaigns/{campaign}/schedule", new StringContent($$"""{"at":"{{at}}"}""", Encoding.UTF8, "application/json"));

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Json()).Text("detail").ShouldContain("2027-01-31T09:00:00+01:00");
    }
}
