using System.Text.Json;

namespace Campaigns.Sandbox.SendGrid.Accepting;

/// <summary>What the content of a request must be.</summary>
static class ContentRules
{
    public static void Check(JsonElement mail, Findings findings)
    {
        var content = mail.Get("content");
        if (content.ValueKind is not JsonValueKind.Array || content.GetArrayLength() == 0)
        {
            if (!mail.Get("template_id").HasText())
            {
                findings.Add("content", "Unless a valid template_id is provided, the content parameter is required. There must be at least "
                    + "one defined content block. We typically suggest both text/plain and text/html blocks are included, but only one "
                    + "block is required.");
            }

            return;
        }

        var (number, last) = (0, 0);
        foreach (var block in content.EnumerateArray())
        {
            var field = $"content.{number++}";
            if (!block.Get("type").HasText())
            {
                findings.Add($"{field}.type", "Your content type must be a string with length of at least one character.");
            }

            if (!block.Get("value").HasText())
            {
                findings.Add($"{field}.value", "The content value must be a string at least one character in length.");
            }

            var rank = Rank(block.Get("type").Text());
            if (rank < last)
            {
                findings.Add("content", "Following RFC 1341, section 7.2, if either text/html or text/plain are to be sent in your email: "
                    + "text/plain needs to be first, followed by text/html, followed by any other content.");
            }

            last = Math.Max(last, rank);
        }
    }

    static int Rank(string? type) => type?.ToUpperInvariant() switch
    {
        "TEXT/PLAIN" => 0,
        "TEXT/HTML" => 1,
        _ => 2,
    };
}
