using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Campaigns.Ledger;
using Campaigns.Server.Hosting;
using Campaigns.Storage;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Campaigns.Benchmarks;

/// <summary>
/// Signed webhooks over HTTP from another process to the whole server: from the first POST until every event is recorded and projected, and how
/// long the POSTs take meanwhile. The events are deliveries, opens and clicks of messages that were sent, none of them a repeat.
/// </summary>
static class Webhooks
{
    const int Contacts = 20_000;

    const string Waiting = "select exists (select from wolverine_incoming_envelopes where message_type = 'record_facts' and status <> 'Handled')";

    static readonly string[] Kinds = ["delivered", "open", "click", "open"];

    public static async Task Run(Bench bench)
    {
        await using var campaigns = await CampaignBench.Start(bench, Contacts);
        var campaign = await campaigns.Launch();
        await campaigns.Hydrate(campaign);
        await campaigns.Send(campaign);
        await campaigns.Stop();
        var recipients = await campaigns.Recipients(campaign);
        var raw = await RawWebhooks.Start(bench, recipients);

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await using var server = await Stack.Start([], new Dictionary<string, string?>
        {
            ["ConnectionStrings:Campaigns"] = campaigns.Store.Database.ConnectionString,
            ["Urls"] = "http://127.0.0.1:0",
            ["Serilog:MinimumLevel:Default"] = "Warning",
            ["Messaging:FirstPoll"] = "00:00:01",
            ["SendGrid:ApiKey"] = "SG.benchmark", // nothing is left to be sent
            ["SendGrid:WebhookPublicKey"] = Convert.ToBase64String(key.ExportSubjectPublicKeyInfo()),
        });
        await using var poster = bench.Beside(WebhookPoster.Role, new Uri(server.Address, $"/webhooks/sendgrid/{CampaignBench.Tenant}").ToString());
        var happened = 0;
        await Measure("webhooks-1", eventsAtOnce: 1, posts: 2000);
        await Measure("webhooks", eventsAtOnce: 100, posts: 200);
        await Measure("webhooks-1000", eventsAtOnce: 1000, posts: 40);

        async Task Measure(string name, int eventsAtOnce, int posts)
        {
            WebhookPost[] round = [];
            await bench.Load(
                name, "events/s", eventsAtOnce * posts, Ours, () => raw.Take(round),
                async () =>
                {
                    round = [.. Enumerable.Range(0, posts).Select(_ => NextPost(eventsAtOnce))];
                    foreach (var post in round)
                    {
                        await poster.Tell(post.Signed(key));
                    }
                });
        }

        async Task<IEnumerable<TimeSpan>> Ours()
        {
            var times = await poster.Ask("");
            await AllRecorded();
            return times.Split(' ').Select(time => TimeSpan.FromMilliseconds(double.Parse(time, CultureInfo.InvariantCulture)));
        }

        async Task AllRecorded()
        {
            var changed = new Signal();
            using var subscription = server.App.Services.GetRequiredService<Notifications>().Subscribe(CampaignLedger.Topic(CampaignBench.Tenant), changed.Ring);
            while (await Ask(Waiting) is true)
            {
                await changed.Wait(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
            }

            var recorded = await Ask("select sum(recorded) from webhook_bodies");
            if (!Equals(recorded, (long)happened))
            {
                throw new InvalidOperationException($"{happened} events were posted, {recorded} recorded.");
            }
        }

        async Task<object?> Ask(string question)
        {
            await using var command = campaigns.Store.Database.CreateCommand(question);
            return await command.ExecuteScalarAsync();
        }

        WebhookPost NextPost(int events)
        {
            var first = happened;
            happened += events;
            var about = Enumerable.Range(first, events).Select(number => (Number: number, Recipient: recipients[number % recipients.Count])).ToList();
            var body = JsonSerializer.Serialize(about.Select(some => new
            {
                email = "somebody@mail.example",
                timestamp = 1_700_000_000 + some.Number,
                @event = Kinds[some.Number / recipients.Count % Kinds.Length],
                sg_event_id = Guid.CreateVersion7(),
                sg_message_id = $"{some.Recipient:N}.recvd-5f54f5c6d4-n9nsw-1-643DB9F4-17.0",
                ob_mid = some.Recipient.ToString("N"),
                useragent = "Mozilla/5.0 (compatible)",
                ip = "192.0.2.1",
            }));
            return new WebhookPost(body, [.. about.Select(some => some.Recipient)]);
        }
    }
}

/// <param name="Recipients">Whom its events are about.</param>
sealed record WebhookPost(string Body, Guid[] Recipients)
{
    public string Signed(ECDsa key)
    {
        var timestamp = DateTimeOffset.UtcNow.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture); // one of long ago is kept apart
        var signature = key.SignData(Encoding.UTF8.GetBytes(timestamp + Body), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        return WebhookPoster.Line(Convert.ToBase64String(signature), timestamp, Body);
    }
}
