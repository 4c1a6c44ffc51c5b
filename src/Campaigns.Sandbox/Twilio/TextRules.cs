using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Campaigns.Sandbox.Twilio;

/// <summary>Twilio's own checks of a request to send, with Twilio's own codes.</summary>
static partial class TextRules
{
    const int MostCharacters = 1600;
    const int MostMedia = 10;

    /// <summary>The first error; Twilio tells of one at a time.</summary>
    public static TwilioError? Check(IFormCollection form)
    {
        var (to, from, body) = (form["To"].ToString(), form["From"].ToString(), form["Body"].ToString());
        return to.Length == 0 ? new(21604, "A 'To' phone number is required.")
            : !Number().IsMatch(to) ? new(21211, $"Invalid 'To' Phone Number: {to}")
            : from.Length == 0 && form["MessagingServiceSid"].ToString().Length == 0 ? new(21603, "A 'From' phone number is required.")
            : from.Length > 0 && !Sender().IsMatch(from) ? new(21212, $"Invalid 'From' Phone Number: {from}")
            : from == to ? new(21266, "'To' and 'From' number cannot be the same")
            : body.Length == 0 && form["MediaUrl"].Count == 0 && form["ContentSid"].Count == 0 ? new(21602, "Message body is required.")
            : body.Length > MostCharacters ? new(21617, $"The concatenated message body exceeds the {MostCharacters} character limit.")
            : form["MediaUrl"].Count > MostMedia ? new(21623, "Number of media files exceeds allowed limit")
            : form["StatusCallback"].ToString() is { Length: > 0 } callback && !IsAddress(callback)
                ? new(21609, $"The StatusCallback URL {callback} is not a valid URL.")
            : form["ValidityPeriod"].ToString() is { Length: > 0 } period && !IsPeriod(period)
                ? new(21624, "Invalid validity period value")
            : ErrorCodes.Refusal(to);
    }

    static bool IsPeriod(string period) =>
        int.TryParse(period, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 1 and <= 36_000;

    static bool IsAddress(string callback) =>
        Uri.TryCreate(callback, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && !url.Host.Contains('_');

    [GeneratedRegex(@"^\+[1-9]\d{6,14}$")]
    private static partial Regex Number();

    // A number, a short code or a name.
    [GeneratedRegex(@"^(\+[1-9]\d{6,14}|\d{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 &+_-]{1,11})$")]
    private static partial Regex Sender();
}
