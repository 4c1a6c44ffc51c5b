namespace Campaigns.Benchmarks;

/// <summary>Time-outs of a whole campaign due at once: a scheduled message, a look at the recipient, an event and a row each.</summary>
static class Timers
{
    const int Contacts = 20_000;

    public static async Task Run(Bench bench)
    {
        await using var campaigns = await CampaignBench.Start(bench, Contacts);
        var raw = await RawLedger.Start(bench);
        await Bench.Throughput(
            "timers", "timeouts/s",
            campaigns.TimeOut,
            async () =>
            {
                await raw.TimeOut();
                return Contacts;
            },
            async () =>
            {
                var campaign = await campaigns.Launch();
                await campaigns.Hydrate(campaign);
                await campaigns.SendByHand(campaign);
                await campaigns.MakeTimersDue();
            },
            async () => await raw.Send(await raw.Hydrate(Contacts)));
    }
}
