using System.Net.Http.Headers;
using System.Text.Json;
using Campaigns.Providers;
using Campaigns.Providers.SendGrid;
using Campaigns.Tenancy;
using Microsoft.Extensions.Options;

namespace Campaigns.Tests.Providers.SendGrid;

/// <summary>Answers in SendGrid's place, at the outermost edge, and keeps what it was asked.</summary>
sealed class SendGridStub(Func<CancellationToken, Task<HttpResponseMessage>> answer) : HttpMessageHandler
{
    public static readonly OutgoingEmail Message = new(
        "0195a0b1c2d38e4f8a5b0123456789ab", "ours", "0195a0b1c2d37e4f8a5b0123456789ab", new SenderAddress("news@example.com", "News", "answers@example.com"),
        "ann@example.com", "Ann Example", "Hello", "<p>Hi</p>", "Hi");

    public StandingClock Clock { get; } = new();

    public Uri? Path { get; private set; }

    public HttpMethod? Method { get; private set; }

    public AuthenticationHeaderValue? Authorization { get; private set; }

    public string? ContentType { get; private set; }

    public long? ContentLength { get; private set; }

    public JsonElement Body { get; private set; }

    public int Requests { get; private set; }

    public static SendGridStub Answering(HttpResponseMessage response) => new(_ => Task.FromResult(response));

    public Task<SendResult> Send(OutgoingMessage? message = null, SendGridOptions? options = null, CancellationToken ct = default) => Send(
        this, Clock, message, options, ct);

    public async Task<LookUpResult> LookUp(MessageInQuestion message, CancellationToken ct = default)
    {
        using var http = new HttpClient(this, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };
        return await Provider(http, Clock, null).LookUp(message, ct);
    }

    public static async Task<SendResult> Send(
        HttpMessageHandler handler, TimeProvider clock, OutgoingMessage? message = null, SendGridOptions? options = null, CancellationToken ct = default)
    {
        using var http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        return await Provider(http, clock, options).Send(message ?? Message, ct);
    }

    /// <param name="own">Credentials of the organisation's own.</param>
    public static SendGridProvider Provider(HttpClient http, TimeProvider clock, SendGridOptions? options = null, params IReadOnlyList<SendGridCredentials> own)
    {
        var shared = Options.Create(options ?? new SendGridOptions { ApiKey = "SG.key" });
        var accounts = new SendGridAccounts((_, _) => Task.FromResult(new OwnCredentials<SendGridCredentials>(own is [var present, ..] ? present : null, own)), shared);
        return new SendGridProvider(http, new SendGridApi(http, accounts, shared, clock), accounts, new SendGridAnswers(), shared, clock);
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Requests++;
        Path = request.RequestUri;
        Method = request.Method;
        Authorization = request.Headers.Authorization;
        if (request.Content is { } content)
        {
            ContentType = content.Headers.ContentType!.MediaType;
            ContentLength = content.Headers.ContentLength;
            using var body = JsonDocument.Parse(await content.ReadAsStringAsync(cancellationToken));
            Body = body.RootElement.Clone();
        }

        return await answer(cancellationToken);
    }
}

/// <summary>A clock that stands still until a test moves it.</summary>
sealed class StandingClock : TimeProvider
{
    readonly List<(DateTimeOffset Due, Action Fire)> timers = [];
    DateTimeOffset now = Some.Now;

    public override DateTimeOffset GetUtcNow() => now;

    public void Advance(TimeSpan by)
    {
        now += by;
        var due = timers.Where(timer => timer.Due <= now).ToList();
        timers.RemoveAll(timer => timer.Due <= now);
        due.ForEach(timer => timer.Fire());
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        timers.Add((now + dueTime, () => callback(state)));
        return new Timer();
    }

    // Of a timer that was given up nothing fires any more anyway: who set it is gone.
    sealed class Timer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
