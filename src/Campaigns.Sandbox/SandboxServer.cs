using Campaigns.Sandbox.Faults;
using Campaigns.Sandbox.SendGrid;
using Campaigns.Sandbox.SendGrid.Accepting;
using Campaigns.Sandbox.SendGrid.Asking;
using Campaigns.Sandbox.SendGrid.Posting;
using Campaigns.Sandbox.Showing;
using Campaigns.Sandbox.Twilio;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Campaigns.Sandbox;

/// <summary>
/// A local SendGrid and a local Twilio: takes messages as they do, lets invented recipients react, and posts signed events
/// and callbacks about it. What is to go wrong goes wrong.
/// </summary>
public sealed class SandboxServer : IAsyncDisposable
{
    const int EventPosters = 4;
    const int CallbackPosters = 16;

    readonly CancellationTokenSource stopping = new();
    readonly Backlog backlog = new();
    readonly Book book = new();
    readonly SandboxOptions options;
    readonly ArrivalLog arrivals;
    readonly WebhookKey key;
    readonly WebApplication app;
    readonly Webhook webhook;
    readonly Callbacks callbacks;
    readonly CallbackPoster callbackPoster;
    Task running = Task.CompletedTask;

    SandboxServer(SandboxOptions options)
    {
        this.options = options;
        Faults = new(options);
        arrivals = new(options);
        key = new(options.WebhookPrivateKey);
        app = WebHost.Build(options.Url);
        webhook = new(options, key, app.Services.GetRequiredService<ILogger<SandboxServer>>());
        callbacks = new(options, Faults, backlog);
        callbackPoster = new(options, Faults, backlog, callbacks);
    }

    public Uri Address => new(app.Urls.First());

    /// <summary>The key to verify events with: base64 SubjectPublicKeyInfo, P-256.</summary>
    public string WebhookPublicKey => key.PublicKey;

    /// <summary>What goes wrong, from now on.</summary>
    public FaultList Faults { get; }

    /// <summary>Where events are posted; events that fall due while it is null are counted and not posted.</summary>
    public Uri? EventWebhook
    {
        get => options.EventWebhook;
        set => options.EventWebhook = value;
    }

    /// <summary>Where text messages from recipients are posted; those that come while it is null are counted and not posted.</summary>
    public Uri? InboundWebhook
    {
        get => options.InboundWebhook;
        set => options.InboundWebhook = value;
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

    /// <summary>The accepted messages, oldest first.</summary>
    public IReadOnlyList<Arrival> Arrivals() => arrivals.Read();

    /// <summary>Completes when no event or callback is still to happen, to be posted or to be acknowledged.</summary>
    public Task Drained(CancellationToken ct) => backlog.Drained(ct);

    /// <summary>Stops at once; events not posted by then are lost.</summary>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await app.DisposeAsync();
        await running;
        webhook.Dispose();
        callbackPoster.Dispose();
        key.Dispose();
        stopping.Dispose();
    }

    async Task Begin(CancellationToken cancellationToken)
    {
        var timeline = new Timeline(options, backlog);
        var mailbox = new Mailbox(options.MailboxCapacity);
        var (activity, suppressions) = (new Activity(options.ActivityCapacity), new Suppressions());
        var outbox = new EventOutbox(options, Faults, suppressions, backlog);
        var (texts, inbox) = (new Texts(options), new Inbox(options, book, backlog, callbacks));

        var apiKey = new ApiKey(options);
        var intake = new Intake(options, Faults, book, arrivals, mailbox, activity, suppressions, outbox, timeline);
        new SendMail(options, Faults, intake).Map(app, apiKey);
        new ActivityPages(options, activity).Map(app, apiKey);
        new Senders(options, arrivals).Map(app, apiKey);
        new SuppressionPages(options, suppressions).Map(app, apiKey);
        new ValidateEmail(options).Map(app, apiKey);
        new EraseRecipients(activity, mailbox).Map(app, apiKey);

        var account = new Account(options);
        new SendText(options, Faults, book, arrivals, mailbox, texts, callbacks, inbox, timeline).Map(app, account);
        texts.Map(app, account);
        inbox.Map(app);

        new MailboxPages(mailbox, Counts, Reset).Map(app);
        new FaultPages(Faults).Map(app);
        ArrivalPages.Map(app, arrivals);
        await app.StartAsync(cancellationToken);
        running = Task.WhenAll(
        [
            Loop(timeline.Run),
            .. Enumerable.Range(0, EventPosters)
                .Select(number => Loop(new EventPoster(options, Faults, book, backlog, outbox, webhook, number).Run)),
            .. Enumerable.Range(0, CallbackPosters).Select(_ => Loop(callbackPoster.Run)),
        ]);

        void Reset()
        {
            mailbox.Clear();
            activity.Clear();
            suppressions.Clear();
            texts.Clear();
            inbox.Clear();
            arrivals.Clear();
            book.Reset();
        }
    }

    Task Loop(Func<CancellationToken, Task> loop) => Task.Run(() => Guard(loop(stopping.Token)), CancellationToken.None);

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
