using System.Text.Json;

namespace Campaigns.Sandbox.SendGrid.Accepting;

/// <summary>What an address object must be: an e-mail address and, perhaps, a name.</summary>
static class AddressRules
{
    public static void Check(JsonElement address, string field, Findings findings)
    {
        var email = address.Get("email").Text();
        if (email?.Length > EmailAddress.MostCharacters)
        {
            findings.Add($"{field}.email", $"The email exceeds the maximum total length of {EmailAddress.MostCharacters} characters");
        }
        else if (!EmailAddress.IsValid(email))
        {
            findings.Add($"{field}.email", "Does not contain a valid address.");
        }

        if (address.Get("name") is { ValueKind: not (JsonValueKind.Undefined or JsonValueKind.String) })
        {
            findings.Add($"{field}.name", "The name must be a string.");
        }
    }

    /// <summary>The same for a recipient, whose name must survive in a list of addresses.</summary>
    public static void CheckRecipient(JsonElement address, string field, Findings findings)
    {
        Check(address, field, findings);
        if (address.Get("name").Text()?.AsSpan().ContainsAny(',', ';') is true)
        {
            findings.Add($"{field}.name", "The name cannot contain ';' or ',' characters.");
        }
    }
}
