namespace Campaigns.Benchmarks;

/// <summary>As <see cref="Messages"/>, up to 100 in one call and one transaction.</summary>
static class MessagesInBatches
{
    const int AtOnce = 100;

    public static Task Run(Bench bench) => Messages.Run(bench, "messages-batch", 50_000, AtOnce, (queue, tick) => queue
        .HandleMany<Tick>("tick", "ticks", AtOnce, _ => (ticks, _, _) =>
        {
            tick(ticks.Count);
            return Task.CompletedTask;
        }));
}
