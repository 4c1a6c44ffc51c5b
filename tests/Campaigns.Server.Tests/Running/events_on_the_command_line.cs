using Campaigns.Storage;
using System.Text.Json;
using Campaigns.Planning;
using Campaigns.Server.Tests.Sending;
using Marten;

namespace Campaigns.Server.Tests.Running;

/// <summary>Why is it so? The stream, its state at any time, and what each event changed.</summary>
[Collection("running")]
public sealed class events_on_the_command_line(PostgresFixture postgres) : IAsyncLifetime
{
    string database = null!;
    CampaignRun run = null!;
    Guid campaign;

    public async Task InitializeAsync()
    {
        database = await postgres.NewDatabase();
        run = await CampaignRun.Start(database);
        campaign = await run.Api.Launch(["click.1@a.example", "silent.2@a.example"]);
        run.Clock.Advance(TimeSpan.FromMinutes(5));
        await run.Settle();
    }

    public async Task DisposeAsync() => await run.DisposeAsync();

    [Fact]
    public async Task a_stream_is_a_line_for_each_event_for_people_or_programs()
    {
        var stored = await run.Store.Texts($"select type from mt_events where stream_id = '{campaign}' order by version");

        var lines = Lines(await Events("stream", $"{campaign}"));
        var objects = Lines(await Events("stream", $"{campaign}", "--json")).ConvertAll(line => JsonDocument.Parse(line).RootElement);

        lines.Count.ShouldBe(stored.Count);
        lines[0].Trim().ShouldStartWith("1  2037-03-01 12:00:00.000Z  campaign_drafted  by test  {");
        lines[^1].ShouldContain($"{stored.Count}  2037-03-01 12:05:00.000Z  campaign_completed  by the system  {{\"end\":\"Completed\"}}");
        objects.ConvertAll(line => line.Text("type")).ShouldBe(stored);
        objects.ConvertAll(line => line.Number("version")).ShouldBe(Enumerable.Range(1, stored.Count).Select(version => (long)version));
    }

    [Fact]
    public async Task a_state_can_be_seen_as_it_was_at_a_version_or_a_time()
    {
        var first = Json(await Events("as-of", "campaign", $"{campaign}", "--version", "1"));
        var before = Json(await Events("as-of", "campaign", $"{campaign}", "--time", "2037-03-01T13:04:59+01:00"));
        var inUtc = Json(await Events("as-of", "campaign", $"{campaign}", "--time", "2037-03-01 12:04:59"));
        var now = Json(await Events("as-of", "campaign", $"{campaign}"));

        (first.Number("version"), Status(first)).ShouldBe((1, "Draft"));
        Status(before).ShouldBe("Sending");
        inUtc.Number("version").ShouldBe(before.Number("version"));
        Status(now).ShouldBe("Completed");
        var loaded = await run.Store.Load<Campaign>(CampaignRun.Tenant, campaign, default);
        now.Number("version").ShouldBe(loaded.Version);
        now.GetProperty("time").GetDateTimeOffset().ShouldBe(run.Clock.Now);
        now.Text("tenantId").ShouldBe(CampaignRun.Tenant);
    }

    [Fact]
    public async Task a_replay_shows_only_what_each_event_changed()
    {
        var lines = Lines(await Events("replay", "campaign", $"{campaign}"));

        lines[0].ShouldContain("campaign_drafted  by test");
        lines.ShouldContain("        status: \"None\" -> \"Draft\"");
        lines.ShouldContain("        settings.name: \"\" -> \"Spring\"");
        lines.ShouldContain("        status: \"Sending\" -> \"Completed\"");
        lines.Count(line => line.Contains("settings.name", StringComparison.Ordinal)).ShouldBe(1);
        lines.Count(line => !line.StartsWith("        ", StringComparison.Ordinal)).ShouldBe((int)await run.Store.Number($"select count(*) from mt_events where stream_id = '{campaign}'"));
    }

    [Fact]
    public async Task what_cannot_be_shown_is_said_in_a_line()
    {
        var recipient = (await run.Api.Recipients(campaign))[0].Id;
        var missing = Guid.CreateVersion7();

        await Refused("There is no stream", "stream", $"{missing}");
        await Refused("There is no stream", "replay", "campaign", $"{missing}");
        await Refused("of eve", "stream", $"{campaign}", "--organisation", "eve");
        await Refused("campaign, contact_import, formula, organisation, provider_credentials, recipient, segment, sender, suppression, template", "as-of", "campain", $"{campaign}");
        await Refused($"The stream {recipient} is not of the kind campaign but recipient.", "as-of", "campaign", $"{recipient}");
        await Refused("had no event then", "as-of", "campaign", $"{campaign}", "--time", "2025-01-01");
        await Refused("is no time", "as-of", "campaign", $"{campaign}", "--time", "teatime");
        await Refused("not both", "as-of", "campaign", $"{campaign}", "--time", "2025-01-01", "--version", "1");
    }

    [Fact]
    public async Task a_stream_of_two_organisations_needs_to_be_told_which()
    {
        await using var session = run.Store.LightweightSession("eve");
        session.Events.StartStream<Campaign>(campaign, new CampaignDrafted(CampaignSettingsOf("Hers")));
        await session.SaveChangesAsync();

        await Refused("acme, eve", "stream", $"{campaign}");
        Lines(await Events("stream", $"{campaign}", "--organisation", "eve")).ShouldHaveSingleItem().ShouldContain("Hers");
    }

    static CampaignSettings CampaignSettingsOf(string name) => new(name, null, null, null, Pace.Default);

    Task<(int Code, string Output, string Error)> Events(params string[] arguments) =>
        ServerProcess.Run(["events", .. arguments], new Dictionary<string, string?> { ["ConnectionStrings:Campaigns"] = database });

    async Task Refused(string why, params string[] arguments)
    {
        var refused = await Events(arguments);
        refused.Code.ShouldBe(1, refused.Output);
        refused.Error.ShouldContain(why);
        refused.Error.ShouldNotContain("   at ");
    }

    static List<string> Lines((int Code, string Output, string Error) ran)
    {
        ran.Code.ShouldBe(0, ran.Error);
        return [.. ran.Output.Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0)];
    }

    static JsonElement Json((int Code, string Output, string Error) ran)
    {
        ran.Code.ShouldBe(0, ran.Error);
        return JsonDocument.Parse(ran.Output).RootElement;
    }

    static string Status(JsonElement shown) => shown.GetProperty("state").Text("status");
}
