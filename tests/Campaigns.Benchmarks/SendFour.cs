namespace Campaigns.Benchmarks;

/// <summary>
/// Four hydrated campaigns of four senders to their ends at once, otherwise as <see cref="Send"/>: by the workers of this process, or by those of
/// two nodes in processes of their own, two campaigns each. Raw: as many connections.
/// </summary>
static class SendFour
{
    const int Contacts = 10_000;

    static readonly string[] Senders = ["anna@sender.example", "bruno@sender.example", "carla@sender.example", "dario@sender.example"];

    public static async Task Run(Bench bench)
    {
        await using var campaigns = await CampaignBench.Start(bench, Contacts);
        await Measure(bench, "send-4", campaigns, campaigns.Hydrate, launched => campaigns.Send([.. launched]));
    }

    public static async Task RunOnTwoNodes(Bench bench)
    {
        await using var campaigns = await CampaignBench.Start(bench, Contacts, workers: false);
        await using var first = SendingNode.Beside(bench, campaigns);
        await using var second = SendingNode.Beside(bench, campaigns);
        await Measure(
            bench, "send-2-nodes", campaigns, campaign => SendingNode.Hydrate(first, campaign),
            async launched => await Task.WhenAll(SendingNode.Send(first, launched[..2]), SendingNode.Send(second, launched[2..])));
    }

    static async Task Measure(Bench bench, string name, CampaignBench campaigns, Func<Guid, Task> hydrate, Func<List<Guid>, Task> send)
    {
        var raw = await RawLedger.Start(bench);
        var launched = new List<Guid>();
        var rows = new List<Guid[]>();
        await bench.Throughput(
            name, "messages/s",
            async () =>
            {
                await send(launched);
                return Contacts * Senders.Length;
            },
            async () =>
            {
                await Task.WhenAll(rows.Select(raw.Send));
                return Contacts * Senders.Length;
            },
            async () =>
            {
                launched.Clear();
                foreach (var sender in Senders)
                {
                    launched.Add(await campaigns.Launch(sender));
                    await hydrate(launched[^1]);
                }
            },
            async () =>
            {
                rows.Clear();
                foreach (var _ in Senders)
                {
                    rows.Add(await raw.Hydrate(Contacts));
                }
            });
    }
}
