using System.Text.Json;

namespace Campaigns.Sandbox.SendGrid.Accepting;

/// <summary>What the personalizations of a request must be: the recipients, and what differs between them.</summary>
static class PersonalizationRules
{
    const int Most = 1000;
    const int MostRecipients = 1000;
    const int MostBytes = 10_000;

    public static void Check(JsonElement mail, DateTimeOffset now, Findings findings)
    {
        var all = mail.Get("personalizations");
        if (all.ValueKind is not JsonValueKind.Array || all.GetArrayLength() == 0)
        {
            findings.Add("personalizations", "The personalizations field is required and must have at least one personalization.");
            return;
        }

        if (all.GetArrayLength() > Most)
        {
            findings.Add("personalizations", $"The personalization block is limited to {Most} personalizations per API request. You have "
                + $"provided {all.GetArrayLength()} personalizations. Please consider splitting this into multiple requests and resending "
                + "your request.");
            return;
        }

        var (number, recipients) = (0, 0);
        foreach (var one in all.EnumerateArray())
        {
            recipients += Check(one, mail.Get("custom_args"), $"personalizations.{number++}", now, findings);
        }

        if (recipients > MostRecipients)
        {
            findings.Add("personalizations", $"There is a limit of {MostRecipients} total recipients (to + cc + bcc) per request.");
        }
    }

    static int Check(JsonElement one, JsonElement globalArguments, string field, DateTimeOffset now, Findings findings)
    {
        if (one.Get("to") is not { ValueKind: JsonValueKind.Array } to || to.GetArrayLength() == 0)
        {
            findings.Add($"{field}.to", "The to array is required for all personalization objects, and must have at least one email object "
                + "with a valid email address.");
        }

        if (one.Get("from") is var from && from.Exists())
        {
            AddressRules.Check(from, $"{field}.from", findings);
        }

        if (one.Get("subject") is var subject && subject.Exists() && !subject.HasText())
        {
            findings.Add($"{field}.subject", "The subject of your email must be a string at least one character in length.");
        }

        HeaderRules.Check(one.Get("headers"), $"{field}.headers", findings);
        SendAtRule.Check(one.Get("send_at"), $"{field}.send_at", now, findings);
        Arguments(one.Get("custom_args"), globalArguments, $"{field}.custom_args", findings);
        Substitutions(one.Get("substitutions"), $"{field}.substitutions", findings);
        return Recipients(one, field, findings);
    }

    static int Recipients(JsonElement one, string field, Findings findings)
    {
        var count = 0;
        HashSet<string>? seen = null;
        foreach (var list in (ReadOnlySpan<string>)["to", "cc", "bcc"])
        {
            var number = 0;
            foreach (var address in one.Get(list).Items())
            {
                AddressRules.CheckRecipient(address, $"{field}.{list}.{number++}", findings);
                count++;
                if (address.Get("email").Text() is { } email && !(seen ??= new(StringComparer.OrdinalIgnoreCase)).Add(email))
                {
                    findings.Add(field, "Each email address in the personalization block should be unique between to, cc, and bcc. We found "
                        + $"the first duplicate instance of [{email}] in the {field}.{list} field.");
                }
            }
        }

        return count;
    }

    static void Arguments(JsonElement own, JsonElement global, string field, Findings findings)
    {
        if (!own.Exists() && !global.Exists())
        {
            return;
        }

        if (own.Properties().Concat(global.Properties()).Any(pair => pair.Value.ValueKind is not JsonValueKind.String))
        {
            findings.Add(field, "All values of custom arguments object must be strings");
        }
        else if (CustomArguments.Merge(global, own).Sum(pair => pair.Key.Bytes() + pair.Value.Bytes()) > MostBytes)
        {
            findings.Add(field, "The combined size of both global and personalization custom arguments may not exceed 10,000 bytes per "
                + "personalization.");
        }
    }

    static void Substitutions(JsonElement substitutions, string field, Findings findings)
    {
        if (substitutions.Properties().Any(pair => pair.Value.ValueKind is not JsonValueKind.String))
        {
            findings.Add(field, "The substitution values must be an object of key/value pairs, where the values are all strings.");
        }
        else if (substitutions.Properties().Sum(pair => pair.Name.Bytes() + pair.Value.GetString()!.Bytes()) > MostBytes)
        {
            findings.Add(field, "The combined size of the substitutions may not exceed 10,000 bytes per personalization.");
        }
    }
}
