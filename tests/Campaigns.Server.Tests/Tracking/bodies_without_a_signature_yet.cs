using System.Net;
using System.Net.Sockets;
using System.Text;
using Campaigns.Providers.SendGrid;
using Campaigns.Tracking;
using Microsoft.Extensions.DependencyInjection;

namespace Campaigns.Server.Tests.Tracking;

/// <summary>Anybody may post them, and they have to be read to the end before anybody knows whose they are.</summary>
[Collection("sending")]
public sealed class bodies_without_a_signature_yet(PostgresFixture postgres) : IAsyncLifetime
{
    const int Room = 300_000;

    readonly SendGridVoice voice = new();
    readonly ManualClock clock = new();
    ApiHost host = null!;

    public async Task InitializeAsync() => host = await ApiHost.Start(
        await postgres.NewDatabase(),
        new Dictionary<string, string?> { ["Tracking:WebhookMemory"] = $"{Room}", ["SendGrid:WebhookPublicKey"] = voice.PublicKey }, clock);

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task are_refused_where_there_is_no_room_for_them_and_may_come_again(bool chunked)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(host.Address, "/webhooks/sendgrid"))
        {
            Content = new ByteArrayContent(new byte[Room + 1]),
            Headers = { ExpectContinue = true, TransferEncodingChunked = chunked },
        };
        request.Headers.TryAddWithoutValidation(SendGridSignature.SignatureHeader, "MEUCIQ==");
        request.Headers.TryAddWithoutValidation(SendGridSignature.TimestampHeader, "1600112502");
        using var answer = await http.SendAsync(request);

        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        answer.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(10));
        (await answer.Json()).Text("type").ShouldBe("/problems/busy");
        await Until(held => held == 0);
        (await Large("acme")).ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("acme")]
    [InlineData(null)]
    public async Task hold_room_until_they_are_there(string? organisation)
    {
        using var first = await Half($"/webhooks/sendgrid/{organisation}");
        (await Large(organisation)).ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await voice.Post(host.Address, organisation, new byte[16 * 1024])).StatusCode.ShouldBe(HttpStatusCode.OK, "small ones are always taken");
        await first.GetStream().WriteAsync(new byte[50_000]);
        (await Answer(first)).ShouldBe("HTTP/1.1 403 Forbidden");
        await Until(held => held == 0);
        (await Large(organisation)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task hold_room_no_longer_than_they_should_take()
    {
        using var first = await Half("/webhooks/sendgrid/acme");
        clock.Advance(TimeSpan.FromSeconds(30));
        (await Answer(first)).ShouldBe("HTTP/1.1 503 Service Unavailable");
        await Until(held => held == 0);
        (await Large("acme")).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task hold_no_room_for_what_is_only_announced()
    {
        var announced = new List<TcpClient>();
        for (var i = 0; i < 10; i++)
        {
            announced.Add(await Begin("/webhooks/sendgrid/acme", Room - 1, 0));
        }

        (await Large("acme")).ShouldBe(HttpStatusCode.OK);
        announced.ForEach(client => client.Dispose());
    }

    /// <summary>200,000 bytes, for which there is room while nothing else comes.</summary>
    async Task<HttpStatusCode> Large(string? organisation)
    {
        using var answer = await voice.Post(host.Address, organisation, Encoding.UTF8.GetBytes($"[\"{new string('x', 200_000)}\"]"));
        return answer.StatusCode;
    }

    async Task Until(Func<long, bool> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var bodies = host.Services.GetRequiredService<WebhookBodies>();
        while (!isSo(bodies.Held))
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <summary>150,000 bytes, of which the last third does not come.</summary>
    async Task<TcpClient> Half(string path)
    {
        var client = await Begin(path, 150_000, 100_000);
        await Until(held => held >= 100_000);
        return client;
    }

    async Task<TcpClient> Begin(string path, int length, int sent)
    {
        var client = new TcpClient();
        await client.ConnectAsync(host.Address.Host, host.Address.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"POST {path} HTTP/1.1\r\nHost: {host.Address.Authority}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n"
            + $"{SendGridSignature.SignatureHeader}: MEUCIQ==\r\n{SendGridSignature.TimestampHeader}: 1600112502\r\n\r\n"));
        await client.GetStream().WriteAsync(new byte[sent]);
        return client;
    }

    static async Task<string?> Answer(TcpClient client)
    {
        using var reader = new StreamReader(client.GetStream(), leaveOpen: true);
        return await reader.ReadLineAsync();
    }
}
