using System.Globalization;
using System.Net.Sockets;
using Campaigns.Http;
using Campaigns.Storage;

namespace Campaigns.Server.Hosting;

/// <summary>
/// While the server starts it listens already, answers that it cannot do anything yet, and says what it waits for: with
/// RabbitMQ away a start lasts until the broker comes.
/// </summary>
sealed class Starting(
    MessagingOptions messaging, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<Starting> log)
    : BackgroundService
{
    /// <summary>For whoever called, and between two looks at what is missing.</summary>
    static readonly TimeSpan Between = TimeSpan.FromSeconds(5);

    /// <summary>How long a broker has to take a connection.</summary>
    static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    string detail = "The server is starting.";

    /// <summary>The middleware. To come before anything that needs the database or messages.</summary>
    public Task Answer(HttpContext http, RequestDelegate next)
    {
        // A process that waits is alive: whoever would restart it for that would have it wait from the start.
        if (lifetime.ApplicationStarted.IsCancellationRequested || http.Request.Path.Equals("/health/live", StringComparison.Ordinal))
        {
            return next(http);
        }

        http.Response.Headers.RetryAfter = Between.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        return Problems.Problem("starting", detail + " Try again in a moment.", StatusCodes.Status503ServiceUnavailable)
            .ExecuteAsync(http);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (messaging is not { Transport: MessageTransport.RabbitMq, RabbitMq: { } address }
            || !Uri.TryCreate(address, UriKind.Absolute, out var broker))
        {
            return;
        }

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lifetime.ApplicationStarted);
        var port = broker.Port > 0 ? broker.Port : broker.Scheme == "amqps" ? 5671 : 5672;
        while (!ended.IsCancellationRequested)
        {
            if (await WhyUnreachable(broker.Host, port, ended.Token) is { } reason)
            {
                // Without its name and password.
                detail = "The server is starting and waits for RabbitMQ at "
                    + $"{broker.Host}:{port}, which cannot be reached: {reason}.";
                Log.WaitsForBroker(log, broker.Host, port, reason);
            }
            else
            {
                detail = "The server is starting.";
            }

            await Task.Delay(Between, clock, ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    static async Task<string?> WhyUnreachable(string host, int port, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(Longest);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(host, port, patience.Token);
            return null;
        }
        catch (SocketException error)
        {
            return error.Message;
        }
        catch (OperationCanceledException)
        {
            return ct.IsCancellationRequested ? null : "it does not answer";
        }
    }
}
