using Campaigns.Insight;
using Campaigns.Server.Tests.Sending;

namespace Campaigns.Server.Tests.Tracking;

[Collection("sending")]
public sealed class opens_and_time_outs(PostgresFixture postgres) : IAsyncLifetime
{
    const string EventsInOrder = """
        select string_agg(type, ' ' order by version) from mt_events where type in ('message_opened', 'open_timed_out') group by stream_id
        """;

    readonly SendGridVoice voice = new();
    CampaignRun run = null!;
    List<RecipientView> recipients = [];

    public async Task InitializeAsync()
    {
        run = await CampaignRun.Start(await postgres.NewDatabase());
        var campaign = await run.Api.Launch(Enumerable.Range(1, 200).Select(i => $"silent.{i}@a.example"), noOpenAfterSeconds: 60);
        await run.Settle();
        run.Provider.WebhookPublicKey = voice.PublicKey; // from here on the test says what happens
        recipients = await run.Api.Recipients(campaign);
    }

    public async Task DisposeAsync() => await run.DisposeAsync();

    [Fact]
    public async Task nobody_opens_in_time_and_each_is_recorded_once()
    {
        await run.Pass(TimeSpan.FromSeconds(59));
        (await run.Store.Texts(EventsInOrder)).ShouldBeEmpty();

        await run.Pass(TimeSpan.FromSeconds(1));
        await run.Pass(TimeSpan.FromDays(1));

        (await run.Store.Texts(EventsInOrder)).ShouldBe(Enumerable.Repeat("open_timed_out", 200));
        await run.Store.ShouldAddUp();
    }

    [Fact]
    public async Task who_opened_in_time_does_not_time_out_and_who_opens_late_did()
    {
        await Open(recipients.Take(50));
        await run.Pass(TimeSpan.FromSeconds(61));
        await Open(recipients.Skip(150));
        await run.Work();

        (await run.Store.Texts(EventsInOrder)).Order(StringComparer.Ordinal).ShouldBe(
        [
            .. Enumerable.Repeat("message_opened", 50), .. Enumerable.Repeat("open_timed_out", 100), .. Enumerable.Repeat("open_timed_out message_opened", 50),
        ]);
        await run.Store.ShouldAddUp();
    }

    [Fact]
    public async Task an_open_in_the_very_moment_of_the_time_out_comes_before_it_or_after_it_and_never_both_ways()
    {
        run.Clock.Advance(TimeSpan.FromSeconds(61));
        for (var i = 0; i < recipients.Count; i += 10)
        {
            await Open(recipients.Skip(i).Take(10));
        }

        await Task.WhenAll(run.WorkOnce("tracking"), run.WorkOnce("timeouts"));
        await run.Work();

        // Decided after the open there is no time-out: one that stands behind an open was decided on what was no longer true.
        var orders = await run.Store.Texts(EventsInOrder);
        orders.Count.ShouldBe(200);
        orders.ShouldAllBe(order => order == "message_opened" || order == "open_timed_out message_opened");
        (await run.Store.Number("select count(*) from wolverine_dead_letters")).ShouldBe(0);
        await run.Store.ShouldAddUp();
    }

    async Task Open(IEnumerable<RecipientView> who)
    {
        using var answer = await voice.Post(
            run.Host.Address, CampaignRun.Tenant, [.. who.Select(recipient => SendGridVoice.Event("open", recipient.Id, run.Clock.Now))]);
        answer.EnsureSuccessStatusCode();
    }
}
