using System.Buffers;
using System.Buffers.Text;
using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Campaigns.Sandbox.Faults;
using Campaigns.Sandbox.SendGrid.Behaving;

namespace Campaigns.Sandbox.SendGrid.Posting;

/// <summary>Events in the shape SendGrid posts them: one array of flat objects, and a line end that belongs to the signed bytes.</summary>
static class EventJson
{
    static readonly JsonWriterOptions plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    // Custom arguments lie beside SendGrid's own fields and lose to them where the names are the same.
    static readonly FrozenSet<string> reserved = FrozenSet.Create(StringComparer.Ordinal,
        "email", "timestamp", "event", "sg_event_id", "sg_message_id", "smtp-id", "category", "asm_group_id", "response", "ip", "tls",
        "cert_err", "attempt", "reason", "status", "type", "bounce_classification", "useragent", "sg_machine_open", "sg_content_type",
        "url", "url_offset", "pool", "send_at");

    public static void Write(IBufferWriter<byte> body, IReadOnlyList<Event> events)
    {
        using (var json = new Utf8JsonWriter(body, plain))
        {
            json.WriteStartArray();
            foreach (var happened in events)
            {
                Write(json, happened);
            }

            json.WriteEndArray();
        }

        body.Write("\r\n"u8);
    }

    static void Write(Utf8JsonWriter json, Event happened)
    {
        var (journey, message) = (happened.Journey, happened.Journey.Message);
        json.WriteStartObject();
        json.WriteString("email", journey.Address);
        json.WriteNumber("timestamp", happened.At.ToUnixTimeSeconds());
        json.WriteString("event", EventFields.Name(happened.What));
        if (!happened.Faults.Has(FaultKind.MissingEventId))
        {
            json.WriteString("sg_event_id", EventId(happened));
        }

        if (!happened.IsAsynchronous)
        {
            json.WriteString("sg_message_id", journey.MessageId);
        }

        EventFields.Write(json, happened);
        if (message.Submission.Category is { } category)
        {
            json.WritePropertyName("category");
            json.WriteRawValue(Category(category, happened.Faults), skipInputValidation: true);
        }

        if (message.Submission.UnsubscribeGroup is { } group)
        {
            json.WriteNumber("asm_group_id", group);
        }

        foreach (var (name, value) in message.CustomArguments)
        {
            if (!reserved.Contains(name))
            {
                json.WriteString(name, value);
            }
        }

        json.WriteEndObject();
    }

    static byte[] Category(byte[] sent, FaultSet faults)
    {
        if (faults == default)
        {
            return sent;
        }

        var category = JsonElement.Parse(sent);
        var isArray = category.ValueKind is JsonValueKind.Array;
        return isArray && category.GetArrayLength() > 0 && faults.Has(FaultKind.CategoryAsText)
            ? Encoding.UTF8.GetBytes(category[0].GetRawText())
            : !isArray && faults.Has(FaultKind.CategoryAsArray) ? [(byte)'[', .. sent, (byte)']']
            : sent;
    }

    // Made from what happened, so that the same event has the same id however often it is posted, and none is kept.
    static string EventId(Event happened)
    {
        var change = happened.Faults.Has(FaultKind.ChangedEventId) ? $"-{happened.Repeat}" : "";
        return Base64Url.EncodeToString(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"{EventFields.Name(happened.What)}-{happened.Step}-{happened.Journey.Message.Id}-{happened.Journey.Recipient}{change}")));
    }
}
