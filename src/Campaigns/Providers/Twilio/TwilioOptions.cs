namespace Campaigns.Providers.Twilio;

/// <summary>Settings under <c>Twilio</c>.</summary>
public sealed class TwilioOptions
{
    public Uri BaseAddress { get; set; } = new("https://api.twilio.com");

    /// <summary><c>AC</c> and 32 digits.</summary>
    public string AccountSid { get; set; } = "";

    /// <summary>Secret. Signs webhooks, and opens the API where there is no key for that. Never in a log, an event or an answer.</summary>
    public string AuthToken { get; set; } = "";

    /// <summary>A key of the API, <c>SK</c> and 32 digits, which can be given up without changing the token; none: the token is used.</summary>
    public string KeySid { get; set; } = "";

    /// <summary>Secret, as the token.</summary>
    public string KeySecret { get; set; } = "";

    /// <summary>The number (E.164) or messaging service (<c>MG</c> and 32 digits) of messages that name none.</summary>
    public string From { get; set; } = "";

    /// <summary>
    /// The account serves one organisation only, which names its numbers as it likes; of one that several share each gets <see cref="From"/>.
    /// </summary>
    public bool SingleOrganisation { get; set; }

    /// <summary>The answer to HELP and INFO. Empty: none from us, as where Twilio's own opt-out handling answers.</summary>
    public string HelpText { get; set; } = "";

    /// <summary>How long to wait for an answer. A message whose answer does not come is in doubt.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The largest webhook body taken, in bytes.</summary>
    public int LargestWebhook { get; set; } = 256 * 1024;

    /// <summary>Replaces what comes with the program about the meaning of answers (<c>twilio-answers.json</c>); empty: nothing does.</summary>
    public string AnswersFile { get; set; } = "";
}
