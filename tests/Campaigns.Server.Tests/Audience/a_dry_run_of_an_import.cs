using System.Globalization;
using System.Net;
using System.Text.Json;
using Campaigns.Audience.Import;
using Campaigns.Server.Tests.Sending;

namespace Campaigns.Server.Tests.Audience;

/// <summary>What an import would come to, before anything is made or changed.</summary>
[Collection("postgres")]
public sealed class a_dry_run_of_an_import(PostgresFixture postgres) : IAsyncLifetime
{
    const int Rows = (TakeImportHandler.Rows * 2) + 10;

    CampaignRun run = null!;

    public async Task InitializeAsync() => run = await CampaignRun.Start(await postgres.NewDatabase());

    public async Task DisposeAsync() => await run.DisposeAsync();

    [Theory]
    [InlineData(false, "keep"), InlineData(false, "update"), InlineData(true, "keep"), InlineData(true, "fill")]
    public async Task says_what_the_import_would_and_changes_nothing(bool inBackground, string existing)
    {
        using var there = await run.Api.PostAsync("imports?list=Before", ApiCalls.Csv("email,first_name\nperson1@example.com,Ann\nperson9000@example.com,\n"));
        there.StatusCode.ShouldBe(HttpStatusCode.Created);
        var before = await Everything();

        var dry = await Import(inBackground, $"?list=New&existing={existing}&dryRun=true");
        dry.GetProperty("dryRun").GetBoolean().ShouldBeTrue();
        dry.TryGetProperty("listId", out _).ShouldBeFalse("it is not made");
        (await Everything()).ShouldBe(before);
        (await run.Store.Number("select count(*) from import_keys")).ShouldBe(0, "what it has seen is forgotten");

        var real = await Import(inBackground, $"?list=New&existing={existing}");
        real.GetProperty("dryRun").GetBoolean().ShouldBeFalse();
        string[] counts = ["rows", "created", "existing", "updated", "duplicate", "invalid", "unknownTimeZones", "unusablePhones", "line"];
        counts.Select(count => dry.Number(count)).ShouldBe(counts.Select(count => real.Number(count)));
        (dry.Number("rows"), dry.Number("created"), dry.Number("duplicate"), dry.Number("invalid")).ShouldBe((Rows + 4, Rows - 2, 3, 1));
        dry.GetProperty("columns").ToString().ShouldBe(real.GetProperty("columns").ToString());
        (await Rejections(dry)).ShouldBe(await Rejections(real));
    }

    [Fact]
    public async Task is_asked_for_in_words_that_are_known()
    {
        using var answer = await run.Api.PostAsync("imports?dryRun=perhaps", ApiCalls.Csv("email\nann@example.com\n"));
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Json()).Text("detail").ShouldContain("true or false");
    }

    async Task<JsonElement> Import(bool inBackground, string query)
    {
        var rows = string.Concat(Enumerable.Range(0, Rows).Select(i => string.Create(CultureInfo.InvariantCulture, $"person{i}@example.com,Bob,\n")));
        using var request = new HttpRequestMessage(HttpMethod.Post, "imports" + query)
        {
            Content = ApiCalls.Csv($"email,first_name,phone\n{rows}PERSON1@example.com,,\nperson9000@example.com,,\nperson5@example.com,,\nnobody,,\n"),
        };
        if (inBackground)
        {
            request.Headers.Add("Prefer", "respond-async");
        }

        using var answer = await run.Api.SendAsync(request);
        answer.IsSuccessStatusCode.ShouldBeTrue();
        await run.Work();
        var report = await run.Api.GetJson($"imports/{(await answer.Json()).Text("id")}");
        report.Text("status").ShouldBe("completed");
        return report;
    }

    async Task<List<string>> Everything() =>
    [
        .. await run.Store.Texts("select to_jsonb(c)::text from contacts c order by id"), .. await run.Store.Texts("select to_jsonb(l)::text from lists l order by id"),
        .. await run.Store.Texts("select to_jsonb(m)::text from list_members m order by list_id, contact_id"),
    ];

    async Task<List<string>> Rejections(JsonElement report) =>
        [.. (await run.Api.GetJson($"imports/{report.Text("id")}/rejections")).GetProperty("items").EnumerateArray().Select(row => row.ToString())];
}
