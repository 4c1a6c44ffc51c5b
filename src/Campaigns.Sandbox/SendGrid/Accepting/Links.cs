using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Campaigns.Sandbox.SendGrid.Accepting;

/// <summary>Finds what there is to click in a message.</summary>
static partial class Links
{
    public static Link First(JsonElement mail, JsonElement personalization)
    {
        Link? inText = null;
        foreach (var block in mail.Get("content").Items())
        {
            var value = Substitution.Apply(block.Get("value").Text() ?? "", personalization);
            if (block.Get("type").Text() is "text/html" && InHtml().Match(value) is { Success: true } link)
            {
                return new(WebUtility.HtmlDecode(link.Groups[1].Value), "html");
            }

            if (InText().Match(value) is { Success: true } plain)
            {
                inText ??= new(plain.Value, "text");
            }
        }

        // A recipient who clicks has to click on something, also in a message that has no link.
        return inText ?? new("https://example.com/", "html");
    }

    [GeneratedRegex("""href\s*=\s*["'](https?://[^"'\s]+)""", RegexOptions.IgnoreCase)]
    private static partial Regex InHtml();

    [GeneratedRegex("""https?://[^\s<>"']+""", RegexOptions.IgnoreCase)]
    private static partial Regex InText();
}
