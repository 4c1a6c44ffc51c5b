using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Campaigns.Insight;
using Campaigns.Recipients;
using Campaigns.Server.Tests.Sending;

namespace Campaigns.Server.Tests.Insight;

/// <summary>Who got it, who did not, and why: as a file, and as the story of one person.</summary>
[Collection("postgres")]
public sealed class who_got_it(PostgresFixture postgres) : IAsyncLifetime
{
    CampaignRun run = null!;

    public async Task InitializeAsync() => run = await CampaignRun.Start(await postgres.NewDatabase());

    public async Task DisposeAsync() => await run.DisposeAsync();

    [Fact]
    public async Task comes_as_csv_with_the_members_of_the_json()
    {
        var campaign = await Sent();
        using var response = await run.Api.GetAsync($"campaigns/{campaign}/recipients?format=csv");
        var lines = (await response.Content.ReadAsStringAsync()).TrimStart('\uFEFF').TrimEnd().Split("\r\n");

        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/csv");
        response.Content.Headers.ContentDisposition!.FileName.ShouldBe($"recipients-{campaign}.csv");
        lines[0].Split(',').ShouldBe(typeof(RecipientView).GetProperties().Select(member => JsonNamingPolicy.CamelCase.ConvertName(member.Name)));
        var rows = await run.Api.Recipients(campaign);
        lines.Length.ShouldBe(1 + rows.Count);
        foreach (var (line, row) in lines.Skip(1).Zip(rows))
        {
            var cells = line.Split(',');
            cells.Length.ShouldBe(18);
            (cells[0], cells[2], cells[3], cells[7]).ShouldBe((
                row.Id.ToString(), $"\"{row.Email}\"", JsonNamingPolicy.CamelCase.ConvertName(row.Status.ToString()), $"{row.SentAt:O}"));
        }

        lines.Single(line => line.Contains("b@a.example", StringComparison.Ordinal)).ShouldContain("\"content: missing-variables The contact has no company\"");
    }

    [Fact]
    public async Task comes_as_ndjson_and_csv_for_whom_accepts_only_that()
    {
        var campaign = await Sent();
        var lines = (await Get($"campaigns/{campaign}/recipients", "application/x-ndjson")).TrimEnd().Split('\n');
        lines.Select(line => JsonSerializer.Deserialize<RecipientView>(line, CampaignSteps.Json)!).ShouldBe(await run.Api.Recipients(campaign));
        (await Get($"campaigns/{campaign}/recipients", "text/csv")).TrimStart('\uFEFF').ShouldStartWith("id,contactId,");
        (await Get($"campaigns/{campaign}/recipients", "text/html, application/json;q=0.9, text/csv;q=0.1")).ShouldStartWith("{");
    }

    [Fact]
    public async Task comes_narrowed_to_a_status()
    {
        var campaign = await Sent();
        (await Get($"campaigns/{campaign}/recipients?status=failed&format=ndjson")).TrimEnd().Split('\n').Length.ShouldBe(1);
        (await Get($"campaigns/{campaign}/recipients?status=skipped&format=ndjson")).ShouldBeEmpty();
    }

    [Fact]
    public async Task comes_whole_over_many_pages()
    {
        var campaign = await run.Api.Launch(Enumerable.Range(1, 2000).Select(i => $"person{i}@mail.example"));
        await run.WorkOnce("planning");

        var ids = (await Get($"campaigns/{campaign}/recipients?format=csv&limit=1")).TrimEnd().Split("\r\n").Skip(1).Select(line => line.Split(',')[0]).ToList();
        (ids.Count, ids.Distinct().Count()).ShouldBe((2000, 2000));
    }

    [Fact]
    public async Task is_no_formula_in_a_spreadsheet()
    {
        run.Gate.Before = _ => Task.FromResult(false);
        var campaign = await run.Api.Launch(["=cmd@a.example"]);
        await run.Work();
        (await run.Store.Texts("update recipients set reason = '=1+\"1\"' returning reason")).Count.ShouldBe(1);

        var csv = await Get($"campaigns/{campaign}/recipients?format=csv");
        csv.ShouldContain("\"'=cmd@a.example\"");
        csv.ShouldContain("\"'=1+\"\"1\"\"\"");
    }

    [Fact]
    public async Task is_nobody_elses_to_download()
    {
        var campaign = await Sent();
        using var stranger = await run.Host.Client("other");
        (await stranger.GetAsync($"campaigns/{campaign}/recipients?format=csv")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await run.Api.GetAsync($"campaigns/{campaign}/recipients?format=xml")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task is_told_of_one_person_from_the_queue_to_the_second_attempt()
    {
        var campaign = await Sent();
        var failed = (await run.Api.Recipients(campaign)).Single(recipient => recipient.Status == RecipientStatus.Failed).Id;
        var story = await Story(failed);
        story.Now.ShouldContain("The contact has no company");
        story.Next.ShouldContain("A retry of the campaign");
        (story.CampaignId, story.Campaign, story.Recipient.Email).ShouldBe((campaign, "Spring", "b@a.example"));

        await run.Api.Import("Companies&existing=update", ["b@a.example,Acme"], "email,company");
        await run.Api.Command(campaign, "retry", new { recipients = new[] { failed } });
        await run.Settle();

        story = await Story(failed);
        story.Story.Take(6).Select(line => line.Event).ShouldBe(
            ["recipient_queued", "batch_started", "message_failed", "recipient_requeued", "batch_started", "message_sent"]);
        story.Story[3].What.ShouldBe("Queued again by test: it had failed.");
        story.Story.Skip(6).ShouldContain(line => line.Event == "message_delivered");
        story.Now.ShouldStartWith("Sent");
    }

    [Fact]
    public async Task is_told_of_one_whose_batch_is_out()
    {
        RecipientStory? told = null;
        run.Gate.Before = async _ =>
        {
            told = await Story(Guid.Parse((await run.Store.Texts("select id::text from recipients")).Single()));
            return true;
        };
        await run.Api.Launch(["silent@a.example"]);
        await run.Work();

        told!.Now.ShouldBe("Is being handed to the provider, in batch 1.");
        told.Story.Select(line => line.Event).ShouldBe(["recipient_queued", "batch_started"]);
    }

    [Fact]
    public async Task is_told_to_nobody_else()
    {
        var campaign = await Sent();
        var recipient = (await run.Api.Recipients(campaign))[0].Id;
        using var stranger = await run.Host.Client("other");
        (await stranger.GetAsync($"recipients/{recipient}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await run.Api.GetAsync($"recipients/{Guid.NewGuid()}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await run.Api.GetAsync($"recipients/{campaign}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    /// <summary>Two got it; for the third a value was missing.</summary>
    async Task<Guid> Sent()
    {
        var list = await run.Api.Import("Companies", ["silent.1@a.example,Acme", "b@a.example,", "silent.2@a.example,Cyberdyne"], "email,company");
        var campaign = await run.Api.Draft(list, await run.Api.MakeTemplate("To {{company}}"));
        await run.Api.Command(campaign, "launch");
        await run.Settle();
        return campaign;
    }

    async Task<RecipientStory> Story(Guid recipient) => JsonSerializer.Deserialize<RecipientStory>(await Get($"recipients/{recipient}"), CampaignSteps.Json)!;

    async Task<string> Get(string path, string? accept = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (accept is not null)
        {
            accept.Split(", ").ToList().ForEach(media => request.Headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse(media)));
        }

        using var response = await run.Api.SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        return await response.Content.ReadAsStringAsync();
    }
}
