using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Campaigns.Audience;
using Campaigns.Insight;
using Campaigns.Recipients;
using MimeKit;

namespace Campaigns.Server.Tests.Sending;

/// <summary>
/// Ten thousand contacts as files hold them, with columns of any name, through the import and through templates that name those columns: what arrives
/// is valid and says what somebody wrote. The seed stands in the file, for the same ten thousand each time.
/// </summary>
[Collection("sending")]
public sealed partial class whatever_people_bring(PostgresFixture postgres)
{
    const int Contacts = 10_000;
    const int Rounds = 5;

    /// <summary>What stands around a field in the templates: nothing may be left between them.</summary>
    const char Open = '⟦', Close = '⟧';

    static readonly string[] Columns =
    [
        "E-Mail-Adresse", "Mobile", "Vorname", "Nachname", "नाम", "pre\u0301fecture", "Straße 2", "length", "with", "Größe (cm)", "  City ", "naïve—dash", "価格", "if",
        "עיר", "x_y", "First Name (2)", "each",
    ];

    static readonly string[] Names =
    [
        "Ann", "Robert \"Bob\" Smith", "Ann\\", "Zoë", "李雷", "O'Neil, Jr.", "\u202eevil", "Ann\nBcc: e@x.example", "José", "Jose\u0301", "👩\u200d👧", "=1+1", "'+x", "<b>x</b>",
        "{{first_name}}", "}}", "&amp;", "[x]", "a;b", "\u200b", " ", "", "=?utf-8?q?CEO?=", "Dr.\tNo", "⁠",
    ];

    static readonly string[] LocalParts = ["ann", "a.b", "x+tag", "o'neil", "UPPER.Case", "josé", "jose\u0301", "a_b-c", "1", "用户", "a&b", "-a", "~x", "{a}"];

    static readonly string[] Domains = ["a.example", "bücher.example", "xn--bcher-kva.example", "MAIL.example", "sub.domain.example", "例え.example", "straße.example"];

    static readonly string[] Phones = ["+41 79 {0}", "0041 79 {0}", "+41 (0)79 {0}", "\u202a+4179{0}\u202c", "'+4179{0}", "=\"+4179{0}\"", "+4179{0}\u200b"];

    [GeneratedRegex(@"HandlebarsDotNet|System\.|Dictionary|RecipientFields|MissingValue|Undefined|\[object|`\d")]
    private static partial Regex ClassName();

    [GeneratedRegex($@"⟦[\s\p{{Cf}}]*⟧")]
    private static partial Regex EmptyField();

    [Fact]
    public async Task goes_out_to_the_providers_as_valid_messages_that_somebody_wrote()
    {
        var twilio = await TwilioStandIn.Start();
        await using var stand = twilio;
        var settings = TwilioVoice.Settings("https://hooks.example.com");
        (settings["Twilio:BaseAddress"], settings["Secrets:Key"], settings["PublicUrl"]) =
            (twilio.Address.ToString(), Convert.ToBase64String(new byte[32]), "https://hooks.example.com");
        await using var run = await CampaignRun.Start(await postgres.NewDatabase(), settings);
        run.Sandbox.EventWebhook = null;
        var mails = new ConcurrentBag<JsonElement>();
        run.Gate.Seen = body => mails.Add(JsonSerializer.Deserialize<JsonElement>(body));

        var recipients = await Send(run, "emailAndSms");

        var sent = recipients.Where(recipient => recipient.Status == RecipientStatus.Sent).ToList();
        mails.Count.ShouldBe(sent.Count(recipient => recipient.Channel == Channel.Email));
        twilio.Messages.Count.ShouldBe(sent.Count(recipient => recipient.Channel == Channel.Sms));
        (mails.Count, twilio.Messages.Count).ShouldSatisfyAllConditions(count => count.Item1.ShouldBeGreaterThan(4_000), count => count.Item2.ShouldBeGreaterThan(1_000));
        foreach (var mail in mails)
        {
            ShouldBeWritten(mail.Text("subject"));
            foreach (var content in mail.GetProperty("content").EnumerateArray())
            {
                ShouldBeWritten(content.Text("value"));
                content.Text("value").ShouldContain("https://hooks.example.com/u/");
            }

            var to = mail.GetProperty("personalizations")[0].GetProperty("to")[0];
            (to.TryGetProperty("name", out var name) ? name.GetString()! : "").Any(char.IsControl).ShouldBeFalse();
        }

        foreach (var text in twilio.Messages)
        {
            ShouldBeWritten(text["Body"]);
            text["To"].ShouldMatch(@"^\+4179\d{7}$");
        }

        twilio.Messages.Select(text => (text["To"], Campaign: text["Body"].Split('#')[1])).Distinct().Count().ShouldBe(twilio.Messages.Count, "one a number and campaign");
    }

    [Fact]
    public async Task goes_out_to_a_relay_as_valid_messages_that_somebody_wrote()
    {
        await using var sink = new MailSink();
        await using var run = await CampaignRun.Start(await postgres.NewDatabase(), new Dictionary<string, string?>
        {
            ["Email:Provider"] = "smtp", ["Smtp:Host"] = "127.0.0.1", ["Smtp:Port"] = sink.Port.ToString(CultureInfo.InvariantCulture), ["Smtp:StartTls"] = "false",
            ["PublicUrl"] = "https://mail.example.com", ["Secrets:Key"] = Convert.ToBase64String(new byte[32]),
        });

        var recipients = await Send(run, "email");

        var sent = recipients.Where(recipient => recipient.Status == RecipientStatus.Sent).ToDictionary(recipient => recipient.Email!, StringComparer.Ordinal);
        sink.Messages.Count.ShouldBe(sent.Count);
        sent.Count.ShouldBeGreaterThan(5_000);
        foreach (var (to, text) in sink.Messages)
        {
            text.AsSpan().IndexOfAny("\0"u8).ShouldBe(-1);
            Encoding.UTF8.GetString(text).Split("\r\n").ShouldAllBe(line => Encoding.UTF8.GetByteCount(line) <= 998);
            using var stream = new MemoryStream(text);
            var mail = await MimeMessage.LoadAsync(stream);
            EmailAddress.Normalise(mail.To.Mailboxes.ShouldHaveSingleItem().Address).ShouldBe(EmailAddress.Normalise(to));
            sent.ShouldContainKey(EmailAddress.Normalise(to)!);
            mail.From.Mailboxes.ShouldHaveSingleItem().Address.ShouldBe("anna@sender.example");
            (mail.Cc.Count, mail.Bcc.Count, mail.Headers.Count(header => header.Id == HeaderId.To)).ShouldBe((0, 0, 1));
            ShouldBeWritten(mail.Subject);
            ShouldBeWritten(mail.TextBody);
            ShouldBeWritten(mail.HtmlBody);
            mail.Headers[HeaderId.ListUnsubscribe].ShouldStartWith("<https://mail.example.com/u/");
        }
    }

    /// <returns>Everybody in the campaigns: sent, skipped with a reason, or failed for a field that they lack and that has no default.</returns>
    static async Task<List<RecipientView>> Send(CampaignRun run, string channels)
    {
        using var limits = await run.Api.PutAsync("organisation", JsonBody(new
        {
            name = "Müller & Söhne", approvalRequired = false, timeZone = "Etc/UTC",
            limits = new { senderPerMinute = 0, senderPerHour = 0, organisationPerHour = 0, domainPerHour = 0, segmentsPerSecond = 100_000 },
        }));
        limits.EnsureSuccessStatusCode();
        var random = new Random(20261129);
        var all = new List<RecipientView>();
        for (var number = 0; number < Rounds; number++)
        {
            var rows = Enumerable.Range(number * (Contacts / Rounds), Contacts / Rounds).Select(i => Row(i, random)).ToList();
            var imported = await run.Api.PostAsync($"imports?list=List{number}", new StringContent(File(rows), Encoding.UTF8, "text/csv"));
            var report = await imported.Json();
            imported.IsSuccessStatusCode.ShouldBeTrue(report.ToString());
            new[] { "created", "existing", "updated", "duplicate", "invalid" }.Sum(name => report.Number(name)).ShouldBe(report.Number("rows"));
            report.Number("rows").ShouldBe(Contacts / Rounds);
            var fields = report.GetProperty("columns").EnumerateArray().Select(column => column.GetProperty("field").GetString()).OfType<string>()
                .Where(field => field is not ("email" or "phone" or "time_zone")).ToList();

            var (html, text) = (Template(fields, random, number), Template(fields, random, number));
            var template = (await run.Api.Post("templates", new { name = "t", subject = Template(fields, random, number)[..^2], html = $"<p>{html}</p>", text, sms = $"Hi #{number}# {Field(fields[0], random, required: false)}" }))
                .GetProperty("id").GetGuid();
            var campaign = (await run.Api.Post("campaigns", new
            {
                name = "Spring", listId = report.Text("listId"), templateId = template, channels, pace = new { batches = new { minSize = 500, maxSize = 1000, minDelaySeconds = 0, maxDelaySeconds = 0 } },
                from = new { email = "anna@sender.example", name = "Anna \"Annie\" Lee" },
            })).GetProperty("id").GetGuid();
            await run.Api.Command(campaign, "launch?force=true");
            await run.Work();
            all.AddRange(await run.Api.Recipients(campaign));
        }

        foreach (var recipient in all.Where(recipient => recipient.Status != RecipientStatus.Sent))
        {
            (recipient.Status, recipient.Reason).ShouldSatisfyAllConditions(
                why => why.Status.ShouldBeOneOf(RecipientStatus.Skipped, RecipientStatus.Failed),
                why => why.Reason!.ShouldMatch(why.Status == RecipientStatus.Skipped ? "^(noAddress|sameAddress)$" : "^content: (missing-variables|subject-empty) |^recipient: address-not-ascii "));
        }

        return all;
    }

    static StringContent JsonBody(object body) => new(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");

    static string Template(List<string> fields, Random random, int number)
    {
        var parts = Enumerable.Range(0, random.Next(2, 5)).Select(_ => Field(fields[random.Next(fields.Count)], random, required: random.Next(4) == 0));
        return $"#{number}# {string.Join(" and ", parts)} .";
    }

    /// <summary>A field with a default, in a condition, or as it is: then who lacks it gets no message.</summary>
    static string Field(string field, Random random, bool required)
    {
        var name = $"this.[{field}]";
        return required ? $"{Open}{{{{{name}}}}}{Close}" : random.Next(3) switch
        {
            0 => $"{Open}{{{{insert {name} \"default=friend\"}}}}{Close}",
            1 => $"{{{{#if {name}}}}}{Open}{{{{{name}}}}}{Close}{{{{else}}}}nothing{{{{/if}}}}",
            _ => $"{{{{#with {name}}}}}{Open}{{{{this}}}}{Close}{{{{/with}}}}",
        };
    }

    static string[] Row(int i, Random random)
    {
        string OneOf(string[] from) => from[random.Next(from.Length)];

        var email = random.Next(20) switch
        {
            0 => "",
            1 => OneOf(["no address", "a@@b.example", "@a.example", "a@", "a b@c.example", "x@-a.example", "\u200bz\u200b@a.example"]),
            _ => $"{OneOf(["", " ", "\u200b", "\ufeff"])}{OneOf(LocalParts)}{i}@{OneOf(Domains)}",
        };
        var number = random.Next(40) == 0 ? 1234567 : 2_000_000 + i; // one number that many have
        var phone = random.Next(3) switch
        {
            0 => string.Format(CultureInfo.InvariantCulture, OneOf(Phones), number),
            1 => random.Next(4) == 0 ? "call me" : "",
            _ => "",
        };
        return [email, phone, OneOf(Names), OneOf(Names), .. Columns.Skip(4).Select(_ => random.Next(30) == 0 ? new string('x', random.Next(3_000)) : OneOf(Names))];
    }

    static string File(List<string[]> rows) =>
        string.Join("\r\n", rows.Prepend(Columns).Select(row => string.Join(',', row.Select(cell => $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"")))) + "\r\n";

    static void ShouldBeWritten(string? text)
    {
        text.ShouldNotBeNull();
        ClassName().IsMatch(text).ShouldBeFalse(text);
        EmptyField().IsMatch(text).ShouldBeFalse(text);
    }
}
