using System.Text.Json;
using Campaigns.Sandbox.Faults;
using Campaigns.Sandbox.SendGrid.Behaving;

namespace Campaigns.Sandbox.SendGrid.Posting;

/// <summary>The names of events, and the fields that only some of them have.</summary>
static class EventFields
{
    const string Browser = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15";
    const string Ip = "127.0.0.1";

    public static string Name(Happening what) => what switch
    {
        Happening.Processed => "processed",
        Happening.Dropped => "dropped",
        Happening.Deferred => "deferred",
        Happening.Delivered => "delivered",
        Happening.Bounced or Happening.Blocked => "bounce",
        Happening.Opened or Happening.MachineOpened => "open",
        Happening.Clicked => "click",
        Happening.Complained => "spamreport",
        _ => "unsubscribe",
    };

    public static void Write(Utf8JsonWriter json, Event happened)
    {
        if (happened.What <= Happening.Blocked)
        {
            json.WriteString("smtp-id", $"<{happened.Journey.Message.Submission.Id}@geopod-ismtpd-sandbox>");
        }

        switch (happened.What)
        {
            case Happening.Processed:
                Processed(json, happened.Journey.Message, happened.Faults.Has(FaultKind.PoolIdAsText) ? "sandbox" : null);
                break;
            case Happening.Dropped:
                json.WriteString("reason", happened.Journey.DropReason ?? "Bounced Address");
                json.WriteString("status", "5.0.0");
                break;
            case Happening.Deferred:
                json.WriteString("response", "451 4.7.1 Greylisted, please try again in 300 seconds");
                json.WriteString("attempt", "1");
                json.WriteString("ip", Ip);
                break;
            case Happening.Delivered:
                json.WriteString("response", "250 2.0.0 OK sandbox");
                json.WriteString("ip", Ip);
                json.WriteNumber("tls", 1);
                json.WriteNumber("cert_err", 0);
                break;
            case Happening.Bounced:
                Bounce(json, "bounce", "Invalid Address", "5.1.1", "550 5.1.1 The email account that you tried to reach does not exist.");
                break;
            case Happening.Blocked:
                Bounce(json, "blocked", "Reputation", "5.7.1", "550 5.7.1 Our system has detected that this message is likely unsolicited mail.");
                break;
            case Happening.Opened or Happening.MachineOpened:
                Visit(json, happened.What is Happening.MachineOpened ? "Mozilla/5.0" : Browser);
                json.WriteBoolean("sg_machine_open", happened.What is Happening.MachineOpened);
                json.WriteString("sg_content_type", "html");
                break;
            case Happening.Clicked:
                Visit(json, Browser);
                Clicked(json, happened.Journey.Message.Link);
                break;
        }
    }

    static void Processed(Utf8JsonWriter json, Email message, string? unaskedPool)
    {
        if ((message.Submission.Pool ?? unaskedPool) is { } pool)
        {
            json.WriteStartObject("pool");
            json.WriteString("name", pool);

            // Documented as a number, and sent as a string.
            json.WriteString("id", "210");
            json.WriteEndObject();
        }

        if (message.SendAt is { } at)
        {
            json.WriteNumber("send_at", at.ToUnixTimeSeconds());
        }
    }

    static void Bounce(Utf8JsonWriter json, string type, string classification, string status, string reason)
    {
        json.WriteString("type", type);
        json.WriteString("bounce_classification", classification);
        json.WriteString("status", status);
        json.WriteString("reason", reason);
        json.WriteString("ip", Ip);
        json.WriteNumber("tls", 1);
    }

    static void Visit(Utf8JsonWriter json, string agent)
    {
        json.WriteString("useragent", agent);
        json.WriteString("ip", Ip);
    }

    static void Clicked(Utf8JsonWriter json, Link? link)
    {
        json.WriteString("url", link?.Url);
        json.WriteStartObject("url_offset");
        json.WriteNumber("index", 0);
        json.WriteString("type", link?.Part);
        json.WriteEndObject();
    }
}
