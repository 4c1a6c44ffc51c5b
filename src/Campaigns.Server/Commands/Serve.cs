using System.Globalization;
using System.Net;
using Campaigns.Server.Hosting;
using Campaigns.Storage;

namespace Campaigns.Server.Commands;

/// <summary>Runs the server until it is told to stop.</summary>
static class Serve
{
    // The first part of what can be set, ours and the host's. The host itself passes over a misspelt --url without a word.
    static readonly string[] Settings =
    [
        "Urls", "DataFolder", "ConnectionStrings", "PublicUrl", "Email", "SendGrid", "Smtp", "Sandbox", "Secrets", "Senders", "Sending", "Consent", "Tracking", "Import",
        "Twilio", "Messaging", "Workers", "Api", "Logs", "Serilog", "Logging", "AllowedHosts", "ForwardedHeaders", "Kestrel", "Environment",
        "OTEL_EXPORTER_OTLP_ENDPOINT",
    ];

    /// <summary>Of the settings that OpenTelemetry itself reads, which are many.</summary>
    const string Standard = "OTEL_";

    /// <param name="port">As it was written behind <c>--port</c>.</param>
    public static async Task<int> Run(string[] args, string? port, CancellationToken ct)
    {
        CheckSettings(args);
        var chosen = ReadPort(port, args);
        await using var stack = await Stack.Start(args, port: chosen, tell: Console.WriteLine, ct: ct);
        Console.WriteLine($"""

            Campaigns is running.

              Dashboard  {stack.Page("/")}
              API        {new Uri(stack.Address, "/api/v1")}   described at {new Uri(stack.Address, "/reference")}
            """);
        if (stack.DevelopmentKey is { } key)
        {
            Console.WriteLine($"  API key    {key}   (for development: Authorization: Bearer <key>)");
        }

        if (stack.Sandbox is { } sandbox)
        {
            Console.WriteLine($"  Mailbox    {sandbox.Address}   (the sandbox: nothing leaves this machine)");
        }

        if (stack.DataFolder is { } data)
        {
            Console.WriteLine($"  Data       {data}");
        }

        Console.WriteLine("\nStop with Ctrl-C.");
        await stack.App.WaitForShutdownAsync(ct);
        return stack.App.Services.GetRequiredService<NodeClock>().Wrong is null ? 0 : 1; // whoever restarts what failed restarts it
    }

    static int? ReadPort(string? port, string[] args) =>
        port is null ? null
        : !int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > IPEndPoint.MaxPort
            ? throw new StartException($"--port takes a number from 1 to {IPEndPoint.MaxPort}, or 0 for any free one, and not '{port}'.")
        : Names(args).Contains("Urls", StringComparer.OrdinalIgnoreCase) ? throw new StartException("Give either --port or --urls.")
        : number;

    static IEnumerable<string> Names(string[] args) => args.Where(arg => arg.StartsWith('-')).Select(arg => arg.TrimStart('-').Split('=', ':')[0]);

    static void CheckSettings(string[] args)
    {
        foreach (var name in Names(args))
        {
            if (!Settings.Contains(name, StringComparer.OrdinalIgnoreCase) && !name.StartsWith(Standard, StringComparison.Ordinal))
            {
                throw new StartException($"There is no setting '{name}'. Known are --port, {string.Join(", ", Settings)}; docs/operations.md describes them, --help the commands.");
            }
        }
    }
}
