namespace Campaigns.Crash.Tests;

/// <summary>By what the messages of a test travel, with a broker of its own where that takes one.</summary>
public sealed class Transport : IAsyncDisposable
{
    readonly string name;
    readonly RabbitMq? broker;

    Transport(string name, RabbitMq? broker) => (this.name, this.broker) = (name, broker);

    public static TheoryData<string> All => ["local", "postgresql", "rabbitmq"];

    /// <param name="name">As in the setting <c>Messaging:Transport</c>.</param>
    public static async Task<Transport> Start(string name) => new(name, name == "rabbitmq" ? await RabbitMq.Start() : null);

    /// <returns>The settings of a server that uses it.</returns>
    public Dictionary<string, string?> Added(Dictionary<string, string?> settings) => new(settings)
    {
        ["Messaging:Transport"] = name,
        ["Messaging:RabbitMq"] = broker?.Address,
    };

    public ValueTask DisposeAsync() => broker?.DisposeAsync() ?? ValueTask.CompletedTask;
}
