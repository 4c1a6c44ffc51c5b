namespace Campaigns.Benchmarks;

/// <summary>Contacts of a list to queued recipients: a stream, an event and a row of the ledger each.</summary>
static class Hydrate
{
    const int Contacts = 20_000;

    public static async Task Run(Bench bench)
    {
        await using var campaigns = await CampaignBench.Start(bench, Contacts);
        var raw = await RawLedger.Start(bench);
        var campaign = Guid.Empty;
        await bench.Throughput(
            "hydrate", "recipients/s",
            async () =>
            {
                await campaigns.Hydrate(campaign);
                return Contacts;
            },
            async () => (await raw.Hydrate(Contacts)).Length,
            async () => campaign = await campaigns.Launch());
    }
}
