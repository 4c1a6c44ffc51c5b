using Campaigns.Crash.Tests.Bank;
using Campaigns.Engine;
using Campaigns.Engine.Events;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Campaigns.Crash.Tests.Running;

/// <summary>The program that is killed: the engine with workers and daemon, and nothing else.</summary>
static class Node
{
    /// <summary>What it says once its workers run.</summary>
    public const string Started = "The node has started.";

    public static async Task Run(string name, string connectionString)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.AddSimpleConsole(format => format.SingleLine = true).SetMinimumLevel(LogLevel.Warning)
            .AddFilter("Campaigns.Engine.Messages.MessageHandling", LogLevel.None); // what fails on purpose: too much to read
        builder.Services.AddEngine(connectionString, BankModel.Register);
        builder.Services.AddSingleton(services => new Handlers(name, services.GetRequiredService<EventStore>()));
        using var host = builder.Build();
        await host.StartAsync();
        Console.WriteLine(Started);
        _ = Task.Run(() => EndWithTheTest(host.Services.GetRequiredService<IHostApplicationLifetime>()));
        await host.WaitForShutdownAsync();
    }

    // The test holds the other end of standard input, and lets go of it however it ends.
    static void EndWithTheTest(IHostApplicationLifetime life)
    {
        Console.In.ReadToEnd();
        life.StopApplication();
    }
}
