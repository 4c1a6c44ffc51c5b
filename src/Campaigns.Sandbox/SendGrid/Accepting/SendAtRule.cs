using System.Text.Json;

namespace Campaigns.Sandbox.SendGrid.Accepting;

/// <summary>When a message may be scheduled for.</summary>
static class SendAtRule
{
    static readonly TimeSpan furthest = TimeSpan.FromHours(72);

    public static void Check(JsonElement sendAt, string field, DateTimeOffset now, Findings findings)
    {
        if (!sendAt.Exists())
        {
            return;
        }

        if (sendAt.ValueKind is not JsonValueKind.Number || !sendAt.TryGetInt64(out var seconds))
        {
            findings.Add(field, "The send_at parameter is expecting a Unix timestamp as an integer. We will send immediately if you include "
                + "a send_at timestamp that is in the past.");
        }
        else if (seconds > now.Add(furthest).ToUnixTimeSeconds())
        {
            findings.Add(field, "Scheduling more than 72 hours in advance is forbidden.");
        }
    }
}
