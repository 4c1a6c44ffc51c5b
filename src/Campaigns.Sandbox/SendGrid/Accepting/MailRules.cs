using System.Text.Json;

namespace Campaigns.Sandbox.SendGrid.Accepting;

/// <summary>SendGrid's own checks of a mail/send request, with SendGrid's own words.</summary>
static class MailRules
{
    const int MostCategories = 10;
    const int MostReplyTo = 1000;

    public static IReadOnlyList<MailError> Check(JsonElement mail, DateTimeOffset now)
    {
        var findings = new Findings();
        PersonalizationRules.Check(mail, now, findings);
        From(mail.Get("from"), findings);
        Subject(mail, findings);
        ContentRules.Check(mail, findings);
        ReplyTo(mail, findings);
        Categories(mail.Get("categories"), findings);
        HeaderRules.Check(mail.Get("headers"), "headers", findings);
        SendAtRule.Check(mail.Get("send_at"), "send_at", now, findings);
        return findings.Errors;
    }

    static void From(JsonElement from, Findings findings)
    {
        if (!from.Get("email").HasText())
        {
            findings.Add("from.email", "The from object must be provided for every email send. It is an object that requires the email "
                + "parameter, but may also contain a name parameter.  e.g. {\"email\" : \"example@example.com\"}  or "
                + "{\"email\" : \"example@example.com\", \"name\" : \"Example Recipient\"}.");
        }
        else
        {
            AddressRules.Check(from, "from", findings);
        }
    }

    static void Subject(JsonElement mail, Findings findings)
    {
        if (mail.Get("subject").HasText() || mail.Get("template_id").HasText())
        {
            return;
        }

        if (!mail.Get("personalizations").Items().Any() || mail.Get("personalizations").Items().Any(one => !one.Get("subject").HasText()))
        {
            findings.Add("subject", "The subject is required. You can get around this requirement if you use a template with a subject "
                + "defined or if every personalization has a subject defined.");
        }
    }

    static void ReplyTo(JsonElement mail, Findings findings)
    {
        var (one, list) = (mail.Get("reply_to"), mail.Get("reply_to_list"));
        if (one.Exists() && list.Exists())
        {
            findings.Add("reply_to", "You may use either reply_to or reply_to_list, but not both.");
        }

        if (one.Exists())
        {
            AddressRules.Check(one, "reply_to", findings);
        }

        var number = 0;
        foreach (var address in list.Items())
        {
            AddressRules.Check(address, $"reply_to_list.{number++}", findings);
        }

        if (number > MostReplyTo)
        {
            findings.Add("reply_to_list", $"There is a limit of {MostReplyTo} reply_to_list addresses.");
        }
    }

    static void Categories(JsonElement categories, Findings findings)
    {
        // Old clients send one category as a plain string, and get it back in events as one.
        if (categories.ValueKind is JsonValueKind.Undefined or JsonValueKind.String)
        {
            return;
        }

        if (categories.ValueKind is not JsonValueKind.Array || categories.Items().Any(one => one.Text() is null))
        {
            findings.Add("categories", "Categories must be an array of strings.");
            return;
        }

        string[] names = [.. categories.Items().Select(one => one.GetString()!)];
        if (names.Length > MostCategories)
        {
            findings.Add("categories",
                $"There is a limit of {MostCategories} categories for each email that is sent. You provided {names.Length} categories.");
        }

        if (names.FirstOrDefault(name => name.Length > 255) is { } tooLong)
        {
            findings.Add("categories", $"Each category must not be longer than 255 characters. {tooLong} exceeds this limit");
        }

        if (names.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } repeated)
        {
            findings.Add("categories", $"The categories must be a unique list, and you have included {repeated.Key} more than once.");
        }
    }
}
