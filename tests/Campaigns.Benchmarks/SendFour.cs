namespace Campaigns.Benchmarks;

/// <summary>
/// Four hydrated campaigns of four senders to their ends at once, otherwise as <see cref="Send"/>: by the workers of this process, or by those of
/// two nodes in processes of their own. Raw: as many connections.
/// </summary>
static class SendFour
{
    const int Contacts = 10_000;

    static readonly string[] Senders = ["anna@sender.example", "bruno@sender.example", "carla@sender.example", "dario@sender.example"];

    public static async Task Run(Bench bench)
    {
        await using var campaigns = await CampaignBench.Start(bench, Contacts);
        await Measure(bench, "send-4", campaigns, campaigns.StartWorkers, campaigns.StopWorkers);
    }

    public static async Task RunOnTwoNodes(Bench bench)
    {
        await using var campaigns = await CampaignBench.Start(bench, Contacts);
        await using var first = SendingNode.Beside(campaigns);
        await using var second = SendingNode.Beside(campaigns);
        await Measure(bench, "send-2-nodes", campaigns, () => Both(SendingNode.StartWorkers), () => Both(SendingNode.StopWorkers));

        Task Both(string order) => Task.WhenAll(first.Ask(order), second.Ask(order));
    }

    static async Task Measure(Bench bench, string name, CampaignBench campaigns, Func<Task> startWorkers, Func<Task> stopWorkers)
    {
        var raw = await RawLedger.Start(bench);
        var launched = new List<Guid>();
        var rows = new List<Guid[]>();
        await Bench.Throughput(
            name, "messages/s",
            async () =>
            {
                await startWorkers();
                await campaigns.End(launched);
                return Contacts * Senders.Length;
            },
            async () =>
            {
                await Task.WhenAll(rows.Select(raw.Send));
                return Contacts * Senders.Length;
            },
            async () =>
            {
                await stopWorkers();
                launched.Clear();
                foreach (var sender in Senders)
                {
                    launched.Add(await campaigns.Launch(sender));
                    await campaigns.Hydrate(launched[^1]);
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
