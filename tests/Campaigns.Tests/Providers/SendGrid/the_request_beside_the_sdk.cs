using System.Net;
using System.Text.Json;
using Campaigns.Providers;
using SendGrid.Helpers.Mail;

namespace Campaigns.Tests.Providers.SendGrid;

/// <summary>The request to send is written by us, because the SDK needs several times the CPU for it: it must say what the SDK's would.</summary>
public sealed class the_request_beside_the_sdk
{
    [Theory, InlineData(true), InlineData(false)]
    public async Task says_the_same(bool inFull)
    {
        var message = inFull
            ? SendGridStub.Message with { Unsubscribe = new Uri("https://example.com/u/t"), DryRun = true, Untracked = true, Subject = "Grüße <&> 😀" }
            : SendGridStub.Message with { From = new SenderAddress("news@example.com"), ToName = null, Text = null };
        var sendGrid = SendGridStub.Answering(new HttpResponseMessage(HttpStatusCode.Accepted));
        await sendGrid.Send(message);

        using var expected = JsonDocument.Parse(InTheSdksWords(message).Serialize());
        JsonElement.DeepEquals(sendGrid.Body, expected.RootElement).ShouldBeTrue($"{sendGrid.Body}\n{expected.RootElement}");
    }

    static SendGridMessage InTheSdksWords(OutgoingEmail message) => new()
    {
        Personalizations =
        [
            new Personalization
            {
                Tos = [new EmailAddress(message.To, message.ToName)], Headers = message.UnsubscribeHeaders,
                CustomArgs = new Dictionary<string, string> { ["ob_mid"] = message.Id, ["ob_org"] = message.TenantId },
            },
        ],
        From = new EmailAddress(message.From.Email, message.From.Name),
        ReplyTo = message.From.ReplyTo is { } replyTo ? new EmailAddress(replyTo) : null,
        Subject = message.Subject,
        PlainTextContent = message.Text,
        HtmlContent = message.Html,
        Categories = [message.Campaign],
        MailSettings = message.DryRun ? new MailSettings { SandboxMode = new SandboxMode { Enable = true } } : null,
        TrackingSettings = message.Untracked
            ? new TrackingSettings { ClickTracking = new ClickTracking { Enable = false, EnableText = false } }
            : null,
    };
}
