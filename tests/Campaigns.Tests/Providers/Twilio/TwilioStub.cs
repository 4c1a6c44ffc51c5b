using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Campaigns.Http;
using Campaigns.Providers;
using Campaigns.Providers.Twilio;
using Campaigns.Tests.Providers.SendGrid;
using Campaigns.Tenancy;
using Microsoft.Extensions.Configuration;

namespace Campaigns.Tests.Providers.Twilio;

/// <summary>Answers in Twilio's place, at the outermost edge, and keeps what it was asked.</summary>
sealed class TwilioStub(Func<CancellationToken, Task<HttpResponseMessage>> answer) : HttpMessageHandler
{
    public const string Account = "AC00000000000000000000000000000001";

    public static readonly OutgoingText Message = new(
        "0195a0b1c2d38e4f8a5b0123456789ab", "ours", "0195a0b1c2d37e4f8a5b0123456789ab", "+14155552345", "+14155558675", "Hello & good day");

    public StandingClock Clock { get; } = new();

    public TwilioOptions Options { get; } = new() { AccountSid = Account, AuthToken = "12345" };

    public string? PublicUrl { get; set; } = "https://hooks.example.com";

    public Uri? Address { get; private set; }

    public HttpMethod? Method { get; private set; }

    public AuthenticationHeaderValue? Authorization { get; private set; }

    public TwilioForm Form { get; private set; } = TwilioForm.Read("");

    public int Requests { get; private set; }

    public static TwilioStub Answering(HttpStatusCode status, string json) => new(_ => Task.FromResult(Response(status, json)));

    public static HttpResponseMessage Response(HttpStatusCode status, string json) =>
        new(status) { Content = new StringContent(json, Encoding.UTF8, "application/json") };

    public async Task<SendResult> Send(OutgoingText? message = null, CancellationToken ct = default)
    {
        using var http = Client();
        return await Provider(http).Send(message ?? Message, ct);
    }

    public async Task<LookUpResult> LookUp(MessageInQuestion message, CancellationToken ct = default)
    {
        using var http = Client();
        return await Provider(http).LookUp(message, ct);
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Requests++;
        Address = request.RequestUri;
        Method = request.Method;
        Authorization = request.Headers.Authorization;
        if (request.Content is { } content)
        {
            content.Headers.ContentType!.MediaType.ShouldBe("application/x-www-form-urlencoded");
            Form = TwilioForm.Read(await content.ReadAsByteArrayAsync(cancellationToken));
        }

        return await answer(cancellationToken);
    }

    HttpClient Client() => new(this, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };

    TwilioProvider Provider(HttpClient http) => new(
        http, new TwilioAccounts((_, _) => Task.FromResult(new OwnCredentials<TwilioCredentials>(null, [])), Microsoft.Extensions.Options.Options.Create(Options)),
        Microsoft.Extensions.Options.Options.Create(Options), new PublicUrl(new ConfigurationBuilder().AddInMemoryCollection([new("PublicUrl", PublicUrl)]).Build()), new TwilioAnswers(), Clock);
}
