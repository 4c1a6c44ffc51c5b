using System.Net;
using System.Text.Json;
using Campaigns.Server.Tests.Sending;

namespace Campaigns.Server.Tests.Audience;

/// <summary>Somebody says what the columns of a file are, and need not say it again.</summary>
[Collection("postgres")]
public sealed class mapping_the_columns_of_an_import(PostgresFixture postgres) : IAsyncLifetime
{
    const string Map = "?map=Kontakt:email&map=Notes:-&map=Foo%3Aattributes.bar";

    CampaignRun run = null!;

    public async Task InitializeAsync() => run = await CampaignRun.Start(await postgres.NewDatabase());

    public async Task DisposeAsync() => await run.DisposeAsync();

    [Theory]
    [InlineData(false), InlineData(true)]
    public async Task makes_contacts_by_it_and_remembers_it_for_the_very_same_columns(bool inBackground)
    {
        var first = await Import(Map, "ann", inBackground);
        first.Text("mappedBy").ShouldBe("caller");
        Fields(first).ShouldBe(["email", null, "bar"]);
        (await Attributes("ann")).ShouldBe("""{"bar":"y"}""");

        var second = await Import("", "bob", inBackground);
        second.Text("mappedBy").ShouldBe("remembered");
        Fields(second).ShouldBe(["email", null, "bar"]);
        (await Attributes("bob")).ShouldBe("""{"bar":"y"}""");

        await Import("?map=Kontakt:email", "cid", inBackground);
        (await Attributes("cid")).ShouldBe("""{"foo":"y","notes":"x"}""");
        await Import("", "dan", inBackground);
        (await Attributes("dan")).ShouldBe("""{"foo":"y","notes":"x"}""", "the last one counts");
    }

    [Fact]
    public async Task is_remembered_for_no_other_columns_and_no_other_organisation()
    {
        await Import(Map, "ann");
        using var other = await run.Api.PostAsync("imports", ApiCalls.Csv("Kontakt,Foo,Notes\nbob@example.com,y,x\n"));
        (await other.Json()).Text("type").ShouldBe("/problems/email-column-missing");
        using var neighbour = await run.Host.Client("neighbour");
        using var theirs = await neighbour.PostAsync("imports", ApiCalls.Csv(File("bob")));
        (await theirs.Json()).Text("type").ShouldBe("/problems/email-column-missing");
    }

    [Fact]
    public async Task is_not_remembered_of_a_dry_run_and_is_forgotten_when_asked()
    {
        (await Import(Map + "&dryRun=true", "ann")).Text("mappedBy").ShouldBe("caller");
        using var first = await run.Api.PostAsync("imports", ApiCalls.Csv(File("ann")));
        first.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);

        const string file = "email,Foo\nann@example.com,x\n";
        using var mapped = await run.Api.PostAsync("imports?map=Foo:-", ApiCalls.Csv(file));
        using var names = await run.Api.PostAsync("imports?map=", ApiCalls.Csv(file));
        using var after = await run.Api.PostAsync("imports", ApiCalls.Csv(file));
        ((await mapped.Json()).Text("mappedBy"), (await names.Json()).Text("mappedBy"), (await after.Json()).Text("mappedBy")).ShouldBe(("caller", "names", "names"));
    }

    [Theory]
    [InlineData("?map=Kontakt:email&map=Nothing:phone", "map-unknown-column", "Nothing")]
    [InlineData("?map=Kontakt:mail", "map-unknown-field", "mail")]
    [InlineData("?map=Kontakt:email&map=Foo:email", "map-field-twice", "Foo")]
    public async Task is_refused_where_it_cannot_be_so(string query, string code, string named)
    {
        foreach (var inBackground in new[] { false, true })
        {
            using var answer = await Send(query, "ann", inBackground);
            answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
            var problem = await answer.Json();
            problem.Text("type").ShouldBe($"/problems/{code}");
            problem.Text("detail").ShouldContain(named);
        }

        (await run.Store.Number("select count(*) from import_layouts")).ShouldBe(0);
    }

    async Task<JsonElement> Import(string query, string name, bool inBackground = false)
    {
        using var answer = await Send(query, name, inBackground);
        answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync());
        await run.Work();
        var report = await run.Api.GetJson($"imports/{(await answer.Json()).Text("id")}");
        report.Text("status").ShouldBe("completed");
        return report;
    }

    async Task<HttpResponseMessage> Send(string query, string name, bool inBackground)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "imports" + query) { Content = ApiCalls.Csv(File(name)) };
        if (inBackground)
        {
            request.Headers.Add("Prefer", "respond-async");
        }

        return await run.Api.SendAsync(request);
    }

    static string File(string name) => $"Kontakt,Notes,Foo\n{name}@example.com,x,y\n";

    static IEnumerable<string?> Fields(JsonElement report) =>
        report.GetProperty("columns").EnumerateArray().Select(column => column.TryGetProperty("field", out var field) ? field.GetString() : null);

    async Task<string> Attributes(string name) =>
        (await run.Api.GetJson($"contacts?email={name}@example.com")).GetProperty("items")[0].GetProperty("attributes").GetRawText();
}
