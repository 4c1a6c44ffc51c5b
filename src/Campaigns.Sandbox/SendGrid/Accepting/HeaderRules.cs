using System.Collections.Frozen;
using System.Text.Json;

namespace Campaigns.Sandbox.SendGrid.Accepting;

/// <summary>Which headers a request may set.</summary>
static class HeaderRules
{
    static readonly FrozenSet<string> reserved = FrozenSet.Create(StringComparer.OrdinalIgnoreCase,
        "x-sg-id", "x-sg-eid", "received", "dkim-signature", "Content-Type", "Content-Transfer-Encoding",
        "To", "From", "Subject", "Reply-To", "CC", "BCC");

    public static void Check(JsonElement headers, string field, Findings findings)
    {
        foreach (var header in headers.Properties())
        {
            if (reserved.Contains(header.Name))
            {
                findings.Add($"{field}.{header.Name}", "Header cannot be one of the reserved keys.");
            }

            if (header.Name.Any(character => character is <= ' ' or >= (char)127))
            {
                findings.Add(field, "Header keys cannot contain non-ASCII characters or empty spaces.");
            }

            if (header.Value.ValueKind is not JsonValueKind.String)
            {
                findings.Add(field, "All values of the headers object must be strings.");
            }
        }
    }
}
