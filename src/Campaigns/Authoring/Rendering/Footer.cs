using System.Globalization;
using System.Net;
using Campaigns.Tenancy;

namespace Campaigns.Authoring.Rendering;

/// <summary>
/// Stands below every e-mail that does not show the way out itself: who sends it, how to get no more, and the sender's postal address. Mailbox
/// providers ask for the first two, the law of many countries for all three.
/// </summary>
public sealed record Footer(string Text, string Html)
{
    /// <summary>The fields of every message that are none of its contact's.</summary>
    public const string UnsubscribeUrl = "unsubscribe_url";
    public const string PostalAddress = "postal_address";

    /// <summary>Where the link of tests and previews leads, below the public address of the server.</summary>
    public const string ExamplePath = "u/example";

    const string EndOfBody = "</body";

    /// <param name="link">Where the recipient unsubscribes.</param>
    public static Footer Create(OrganisationSettings organisation, Uri link, MessageWords words) =>
        organisation.Footer is { } own ? FromOwn(own, organisation, link) : Standard(organisation, link, words);

    /// <summary>The message with the footer below each of its parts that does not show the link.</summary>
    /// <param name="hidesLink">The HTML has the link where nobody sees it.</param>
    public Rendered AddTo(Rendered message, Uri link, bool hidesLink) => message with
    {
        Html = message.Html is not { } html || (Shows(html, link) && !hidesLink) ? message.Html : Insert(html),
        Text = message.Text is not { } text || Shows(text, link) ? message.Text : $"{text.TrimEnd()}\n\n-- \n{Text}\n",
    };

    /// <summary>All that a template can name: the fields of a contact, and those of every message in place of fields of the same name.</summary>
    public static Dictionary<string, string?> Complete(IReadOnlyDictionary<string, string?> fields, OrganisationSettings organisation, Uri? link) =>
        new(fields, StringComparer.Ordinal)
        {
            [UnsubscribeUrl] = link?.AbsoluteUri,
            [PostalAddress] = organisation.PostalAddress,
        };

    /// <summary>Whether a part of a message contains the link. Its last segment is a secret of its recipient's: no other link ends in it.</summary>
    public static bool Shows(string part, Uri link) => part.Contains($"/{link.Segments[^1]}", StringComparison.Ordinal);

    static Footer Standard(OrganisationSettings organisation, Uri link, MessageWords words)
    {
        var sender = string.Format(CultureInfo.InvariantCulture, words.Sender, organisation.Name);
        var address = organisation.PostalAddress;
        return new Footer(
            $"{sender} {words.Unsubscribe}: {link.AbsoluteUri}{(address is null ? "" : $"\n{address}")}",
            Frame($"{Encode(sender)} {Anchor(link, words.Unsubscribe)}{(address is null ? "" : $"<br>{Encode(address)}")}"));
    }

    static Footer FromOwn(string own, OrganisationSettings organisation, Uri link)
    {
        string Fill(string footer, string url, string address) => footer
            .Replace(OrganisationSettings.PostalAddressExpression, address, StringComparison.Ordinal)
            .Replace(OrganisationSettings.UnsubscribeExpression, url, StringComparison.Ordinal);

        var address = organisation.PostalAddress ?? "";
        return new Footer(Fill(own, link.AbsoluteUri, address), Frame(Fill(Encode(own), Anchor(link, link.AbsoluteUri), Encode(address))));
    }

    string Insert(string html)
    {
        var end = html.LastIndexOf(EndOfBody, StringComparison.OrdinalIgnoreCase);
        return end < 0 ? html + Html : html.Insert(end, Html);
    }

    static string Frame(string content) =>
        "<div style=\"clear:both;margin:32px 0 0;padding:16px 0 0;border-top:1px solid #cccccc;font-family:Arial,sans-serif;font-size:12px;line-height:18px;"
        + $"color:#666666\">{content}</div>";

    static string Anchor(Uri link, string text) => $"<a href=\"{WebUtility.HtmlEncode(link.AbsoluteUri)}\" style=\"color:#666666\">{WebUtility.HtmlEncode(text)}</a>";

    static string Encode(string text) => WebUtility.HtmlEncode(text).ReplaceLineEndings("<br>");
}
