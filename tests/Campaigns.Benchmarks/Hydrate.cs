namespace Campaigns.Benchmarks;

/// <summary>Contacts of a list to queued recipients: a stream, an event and a row of the ledger each.</summary>
static class Hydrate
{
    const int Contacts = 20_000;

    public static async Task Run(Bench bench)
    {
        await using var campaigns = await CampaignBench.Start(bench, Contacts);
        var raw = await RawLedger.Start(bench);
        await Bench.Throughput(
            "hydrate", "recipients/s",
            async () =>
            {
                await campaigns.Hydrate(await campaigns.Launch());
                return Contacts;
            },
            async () => (await raw.Hydrate(Contacts)).Length);
    }
}
