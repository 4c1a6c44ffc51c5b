using System.Threading.Channels;
using Campaigns.Sandbox.Accepting;
using Campaigns.Sandbox.Behaving;
using Campaigns.Sandbox.Posting;
using Campaigns.Sandbox.Showing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Campaigns.Sandbox;

/// <summary>A local SendGrid: takes mail as SendGrid does, lets invented recipients react, and posts signed events about it.</summary>
public sealed class SandboxServer : IAsyncDisposable
{
    const int Posters = 4;

    readonly CancellationTokenSource stopping = new();
    readonly Backlog backlog = new();
    readonly Book book = new();
    readonly SandboxOptions options;
    readonly WebhookKey key;
    readonly WebApplication app;
    readonly Webhook webhook;
    Task running = Task.CompletedTask;

    SandboxServer(SandboxOptions options)
    {
        this.options = options;
        key = new(options.WebhookPrivateKey);
        app = WebHost.Build(options.Url);
        webhook = new(options, key, app.Services.GetRequiredService<ILogger<SandboxServer>>());
    }

    public Uri Address => new(app.Urls.First());

    /// <summary>The key to verify events with: base64 SubjectPublicKeyInfo, P-256.</summary>
    public string WebhookPublicKey => key.PublicKey;

    /// <summary>Where events are posted; events that fall due while it is null are counted and not posted.</summary>
    public Uri? EventWebhook
    {
        get => options.EventWebhook;
        set => options.EventWebhook = value;
    }

    /// <summary>A key for <see cref="SandboxOptions.WebhookPrivateKey"/>: base64 PKCS#8, P-256.</summary>
    public static string NewWebhookPrivateKey() => WebhookKey.New();

    public static async Task<SandboxServer> Start(SandboxOptions options, CancellationToken cancellationToken = default)
    {
        // A copy, because the server changes it: two servers may be started from the same options.
        var server = new SandboxServer(options with { });
        try
        {
            await server.Begin(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public SandboxCounts Counts() => book.Tally.Counts(backlog.Pending);

    /// <summary>Completes when no event is still to happen, to be posted or to be acknowledged.</summary>
    public Task Drained(CancellationToken ct) => backlog.Drained(ct);

    /// <summary>Stops at once; events not posted by then are lost.</summary>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await app.DisposeAsync();
        await running;
        webhook.Dispose();
        key.Dispose();
        stopping.Dispose();
    }

    async Task Begin(CancellationToken cancellationToken)
    {
        var outbox = Channel.CreateUnbounded<Event>();
        var pump = new EventPump(options, backlog, outbox.Writer);
        var mailbox = new Mailbox(options.MailboxCapacity);
        new SendMail(options, new(options, book, mailbox, pump)).Map(app);
        new MailboxPages(mailbox, book, Counts).Map(app);
        await app.StartAsync(cancellationToken);
        running = Task.WhenAll(
        [
            Task.Run(() => Guard(pump.Run(stopping.Token)), CancellationToken.None),
            .. Enumerable.Range(0, Posters)
                .Select(number => new EventPoster(options, book, backlog, outbox, webhook, number))
                .Select(poster => Task.Run(() => Guard(poster.Run(stopping.Token)), CancellationToken.None)),
        ]);
    }

    async Task Guard(Task loop)
    {
        try
        {
            await loop;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
        catch (Exception failure)
        {
            Log.PumpFailed(app.Services.GetRequiredService<ILogger<SandboxServer>>(), failure);
        }
    }
}
