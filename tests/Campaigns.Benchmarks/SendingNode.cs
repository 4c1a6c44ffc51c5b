using Campaigns.Storage;

namespace Campaigns.Benchmarks;

/// <summary>A node in a process of its own, which does to campaigns what it is told to: an order is a word and their ids.</summary>
static class SendingNode
{
    public const string Role = "node";

    const string HydrateOrder = "hydrate";
    const string SendOrder = "send";
    const string RunOrder = "run";

    public static Companion Beside(Bench bench, CampaignBench campaigns, bool serverGc = false) =>
        bench.Beside(Role, campaigns.Store.Database.ConnectionString, serverGc);

    public static Task Hydrate(Companion node, Guid campaign) => node.Ask($"{HydrateOrder} {campaign}");

    public static Task Send(Companion node, IEnumerable<Guid> campaigns) => node.Ask($"{SendOrder} {string.Join(' ', campaigns)}");

    /// <summary>Has it hydrate a campaign and then send it, without waiting for either.</summary>
    public static Task BeginAll(Companion node, Guid campaign) => node.Ask($"{RunOrder} {campaign}");

    public static async Task Run(string connectionString)
    {
        await using var node = await CampaignBench.Join(connectionString);
        while (Console.ReadLine() is { } line)
        {
            var words = line.Split(' ');
            var campaigns = words[1..].Select(Guid.Parse).ToList();
            await (words[0] switch
            {
                HydrateOrder => node.Hydrate(campaigns[0]),
                SendOrder => node.Send(campaigns),
                _ => node.BeginHydrating(campaigns[0]),
            });
            Console.WriteLine(words[0]);
        }
    }
}
