namespace Campaigns.Benchmarks;

/// <summary>A node in a process of its own, whose workers run while it is told so.</summary>
static class SendingNode
{
    public const string Role = "node";
    public const string StartWorkers = "start";
    public const string StopWorkers = "stop";

    public static Companion Beside(CampaignBench campaigns, bool serverGc = false) =>
        Companion.Start(Role, campaigns.Store.Database.ConnectionString, serverGc);

    public static async Task Run(string connectionString)
    {
        await using var node = CampaignBench.Join(connectionString);
        while (Console.ReadLine() is { } order)
        {
            await (order == StartWorkers ? node.StartWorkers() : node.StopWorkers());
            Console.WriteLine(order);
        }

        await node.StopWorkers();
    }
}
