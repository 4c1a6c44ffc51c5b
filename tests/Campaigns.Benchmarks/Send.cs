namespace Campaigns.Benchmarks;

/// <summary>One hydrated campaign to its end, in batches of 1,000 without a pause between them, ledger and projections on.</summary>
static class Send
{
    const int Contacts = 20_000;

    public static async Task Run(Bench bench)
    {
        await using var campaigns = await CampaignBench.Start(bench, Contacts);
        var raw = await RawLedger.Start(bench);
        var campaign = Guid.Empty;
        Guid[] rows = [];
        await bench.Throughput(
            "send", "messages/s",
            async () =>
            {
                await campaigns.Send(campaign);
                return Contacts;
            },
            async () =>
            {
                await raw.Send(rows);
                return Contacts;
            },
            async () => await campaigns.Hydrate(campaign = await campaigns.Launch()),
            async () => rows = await raw.Hydrate(Contacts));
    }
}
