using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Campaigns.Audience;
using Campaigns.Audience.Import;
using Campaigns.Authoring;
using Campaigns.Authoring.Rendering;
using Campaigns.Consent;
using Campaigns.Providers;
using Campaigns.Providers.SendGrid;
using Campaigns.Providers.Smtp;
using Campaigns.Providers.Twilio;
using Campaigns.Tenancy;
using Microsoft.Extensions.Options;
using Xunit.Abstractions;

namespace Campaigns.Tests;

/// <summary>
/// Every parser of what strangers write, given what it expects with parts changed, lost and doubled, and much of what is costly to read. Each answers,
/// with what it says it answers with; none takes longer, or more memory, than the size of its input explains.
/// </summary>
public sealed class whatever_comes_in(ITestOutputHelper output)
{
    const int Rounds = 1500;

    /// <summary>Of one input that is as long as a request may be for a template: far more than any takes, far less than a square of its length.</summary>
    static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    static readonly Dictionary<string, string?> Fields = new() { ["first_name"] = "Ann", ["plan"] = "gold", ["price"] = "19.90", ["joined"] = "2026-03-09T17:05:00Z" };

    static readonly SendGridEvents SendGrid = new(new SendGridAnswers());
    static readonly TwilioEvents Twilio = new(new TwilioAnswers());
    static readonly UnsubscribeTokens Tokens = new(Options.Create(new SecretsOptions { Key = Convert.ToBase64String(new byte[32]) }));

    /// <summary>By name: what it reads as it should be, and how it is read.</summary>
    static readonly Dictionary<string, (string[] Samples, Func<byte[], Task> Read)> Parsers = new()
    {
        ["template"] = (
            [
                "Dear {{first_name}}, {{#if plan}}you have {{plan}}{{else}}choose{{/if}} {{#with this as |r|}}{{r.price}}{{/with}} {{money (multiply price 2) \"EUR\"}}",
                "<p>{{#unless plan}}<a href=\"https://example.com/?a={{urlEncode first_name}}\">Offer</a>{{/unless}} {{formatDate joined \"DD.MM.YYYY\"}}<style>a{}</style></p>",
            ],
            bytes =>
            {
                var content = new TemplateContent("t", "Hi {{first_name}}", Encoding.UTF8.GetString(bytes), null, null);
                if (TemplateRenderer.TryCompile(content, out var template, out _))
                {
                    template.Render(Fields);
                }

                return Task.CompletedTask;
            }),
        ["html"] = (["<!doctype html><table><tr><td>Hello <b>you</b> <img alt='x' src=a><a href='https://example.com'>here</a></table><ul><li>1<li>2</ul>"], Text(html =>
        {
            try
            {
                HtmlToText.Convert(html);
            }
            catch (InvalidOperationException)
            {
                // Too deep: it is refused with these words.
            }
        })),
        ["contacts"] = (
            ["email,first_name,phone,time_zone,plan\nada@example.com,Ada,+41790000000,Europe/Zurich,\"go\"\"ld\"\n\"bob@example.com\";Bob\n", "E-Mail;Vorname;Telefon (Büro)\r\nx@y.example;\"A\nB\";079 000 00 00\r\n"],
            async bytes =>
            {
                var (file, _) = await ContactFile.Open(new MemoryStream(bytes), null, CancellationToken.None);
                if (file is null)
                {
                    return;
                }

                await using (file)
                {
                    FileChunk chunk;
                    do
                    {
                        chunk = await file.Read(500, CancellationToken.None);
                        ImportChunk.Decide(chunk.Rows, new Dictionary<string, KnownContact>(), Some.Now);
                    }
                    while (!chunk.Ended);
                }
            }),
        ["events of SendGrid"] = (
            ["[{\"email\":\"a@example.com\",\"timestamp\":1513299569,\"event\":\"bounce\",\"type\":\"blocked\",\"status\":\"5.7.1\",\"reason\":\"550\",\"sg_event_id\":\"e\",\"ob_mid\":\"0195a0b1c2d38e4f8a5b0123456789ab\",\"url_offset\":{\"index\":0},\"category\":[\"c\"]}]"],
            bytes =>
            {
                try
                {
                    SendGrid.Read(bytes, out _);
                    SendGrid.Split(bytes, out _);
                }
                catch (JsonException)
                {
                    // A body of which nothing can be read: it is kept and counted.
                }

                return Task.CompletedTask;
            }),
        ["callbacks of Twilio"] = (
            ["MessageSid=SM1&MessageStatus=undelivered&ErrorCode=30003&RawDlrDoneDate=2603011158&To=%2B41790000000", "From=%2B41790000000&To=%2B1&Body=STOP%20please&MessageSid=SM2&OptOutType=STOP"],
            bytes =>
            {
                Twilio.Read("status?mid=0195a0b1c2d38e4f8a5b0123456789ab", bytes, Some.Now);
                Twilio.Read(TwilioEvents.InboundTarget, bytes, Some.Now);
                return Task.CompletedTask;
            }),
        ["signature of SendGrid"] = (["MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0="], Text(text =>
        {
            SendGridSignature.IsValid("MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g==", text, text, "[]"u8);
            SendGridSignature.IsValid(text, "MEUCIGHQ", "1", "[]"u8);
            SendGridSignature.IsLate(text, Some.Now, TimeSpan.FromHours(1));
        })),
        ["signature of Twilio"] = (["0/KCTR6DLpKmkAf8muzZqo1nDgQ="], Text(text => TwilioSignature.IsValid("token", text, $"https://example.com/{text}", Encoding.UTF8.GetBytes(text)))),
        ["address"] = (["Ada.Lovelace+tag@bücher.example", "\"a b\"@[127.0.0.1]", "Ada <ada@example.com>"], Text(text => EmailAddress.Problem(EmailAddress.Normalise(text)))),
        ["telephone number"] = (["+41 (0)79 000 00 00", "tel:+1-555-0100;ext=5", "٠٧٩ / 000 00 00, 044 000 00 00"], Text(text =>
        {
            PhoneNumber.Normalise(text);
            PhoneNumber.IsSeveral(text);
        })),
        ["answer to a text"] = (["STOP please", "ＳＴＯＰ", "Darme de baja", "отписка"], Text(text => SmsKeywords.Find(text))),
        ["date"] = (["2026-03-09T17:05:00.123+01:00", "2026-W10-1"], Text(text => IsoDate.TryRead(text, out _, out _))),
        ["form of a date"] = (["dddd, DD. MMMM YYYY [um] HH:mm"], Text(text =>
        {
            if (MomentFormat.Check(text) is null)
            {
                MomentFormat.Write(text, Some.Now);
            }
        })),
        ["token of a link"] = ([Tokens.Make("acme", Guid.NewGuid())!], Text(text => Tokens.Read(text))),
        ["names of a mail"] = (["Ada \"X\" <ceo@bank.example>, \"Y", "=?utf-8?q?J=C3=BCrg?="], Text(text => SmtpMail.Create(
            new OutgoingEmail("0195a0b1c2d38e4f8a5b0123456789ab", "acme", "g", new SenderAddress("anna@sender.example", VisibleText.MakeLine(text)), "ada@example.com", VisibleText.MakeLine(text), VisibleText.MakeLine(text), null, "x"),
            Some.Now))),
        ["segments"] = (["Dear Ada, é € 😀"], Text(text => SmsSegments.Of(text))),
    };

    /// <summary>Costly for those who nest, look back, or try again at each letter.</summary>
    static readonly string[] Costly =
    [
        "{{#if plan}}", "{{#with this as |r|}}", "{{", "{{(", "{{plan ", "{{!--", "<div>", "<a href=\"", "<!--", "&amp", "&#", "[", "{\"a\":", "[{\"event\":\"open\",", "\"", "\"\",", "\n", ",", ";", "a@", "@", ".a", "(", "((a)",
        "=?utf-8?q?", "<", "<<", "e\u0301", "\u0301", "\u200b", "😀", "+", "1", "0 ", "%", "%2", "&a=", "STOP ", "don't stop ", "\\", "[x", "Y", "]]>", "<style>", "<td>", "<li>", "{{else}}", "{{#unless a}}{{/unless}}",
    ];

    public static TheoryData<string> Names => [.. Parsers.Keys];

    [Theory, MemberData(nameof(Names))]
    public async Task is_answered(string parser)
    {
        var (samples, read) = Parsers[parser];
        var random = new Random(Seed.Of(output));
        for (var round = 0; round < Rounds; round++)
        {
            var input = Encoding.UTF8.GetBytes(samples[random.Next(samples.Length)]);
            for (var times = random.Next(1, 4); times > 0; times--)
            {
                input = Mutation.Of(input, random);
            }

            if (random.Next(4) == 0)
            {
                var piece = Encoding.UTF8.GetBytes(Costly[random.Next(Costly.Length)]);
                input = [.. input.Take(random.Next(input.Length + 1)), .. Enumerable.Repeat(piece, random.Next(1, 50)).SelectMany(each => each), .. input];
            }

            await Measured(read, input);
        }
    }

    [Theory, MemberData(nameof(Names))]
    public async Task takes_no_more_than_its_size_explains(string parser)
    {
        var (samples, read) = Parsers[parser];
        foreach (var piece in Costly.Concat(samples))
        {
            var much = string.Concat(Enumerable.Repeat(piece, Math.Max(1, 100_000 / piece.Length)));
            await Measured(read, Encoding.UTF8.GetBytes(much));
            await Measured(read, Encoding.UTF8.GetBytes(samples[0] + much));
        }
    }

    static async Task Measured(Func<byte[], Task> read, byte[] input)
    {
        var (allocated, started) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
        try
        {
            await read(input);
        }
        catch (Exception error)
        {
            throw new InvalidOperationException($"{error.GetType().Name}: {error.Message} at {Shown(input)}", error);
        }

        Stopwatch.GetElapsedTime(started).ShouldBeLessThan(Longest, Shown(input));
        (GC.GetAllocatedBytesForCurrentThread() - allocated).ShouldBeLessThan(50_000_000 + (2000L * input.Length), Shown(input));
    }

    static string Shown(byte[] input) => JsonSerializer.Serialize(Encoding.UTF8.GetString(input.AsSpan(0, Math.Min(400, input.Length)))) + $" ({input.Length} bytes)";

    static Func<byte[], Task> Text(Action<string> read) => bytes =>
    {
        read(Encoding.UTF8.GetString(bytes));
        return Task.CompletedTask;
    };
}
