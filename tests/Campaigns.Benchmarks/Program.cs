using Campaigns.Benchmarks;

// dotnet run -c Release --project tests/Campaigns.Benchmarks -- NAME...
var benchmarks = new Dictionary<string, Func<Bench, Task>>
{
    ["append"] = Append.Run,
    ["rebuild"] = Rebuild.Run,
    ["wake"] = Wake.Run,
    ["lag"] = Lag.Run,
    ["hydrate"] = Hydrate.Run,
    ["send"] = Send.Run,
    ["send-4"] = SendFour.Run,
    ["send-2-nodes"] = SendFour.RunOnTwoNodes,
    ["webhooks"] = Webhooks.Run,
    ["limits"] = Limits.Run,
    ["memory"] = Memory.Run,
    ["start"] = Starting.Run,
};

// What a benchmark starts beside itself.
switch (args)
{
    case [SendingNode.Role, var connectionString]:
        await SendingNode.Run(connectionString);
        return 0;
    case [WebhookPoster.Role, var address]:
        await WebhookPoster.Run(new Uri(address));
        return 0;
    case [Starting.Role]:
        return 0;
}

if (args.Length == 0 || args.Except(benchmarks.Keys).Any())
{
    Console.Error.WriteLine($"Which? {string.Join(' ', benchmarks.Keys)}");
    return 1;
}

await using var bench = await Bench.Start();
foreach (var name in args)
{
    await benchmarks[name](bench);
}

return 0;
