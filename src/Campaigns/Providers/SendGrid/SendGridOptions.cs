namespace Campaigns.Providers.SendGrid;

/// <summary>Settings under <c>SendGrid</c>.</summary>
public sealed class SendGridOptions
{
    /// <summary>The API; EU subusers have their own.</summary>
    public Uri BaseAddress { get; set; } = new("https://api.sendgrid.com");

    /// <summary>Secret. Never in a log, an event or an answer.</summary>
    public string ApiKey { get; set; } = "";

    /// <summary>
    /// Verifies the signatures of webhooks: base64 of the SubjectPublicKeyInfo that SendGrid shows. Several, separated by commas, while one is replaced.
    /// </summary>
    public string WebhookPublicKey { get; set; } = "";

    /// <summary>How long to wait for an answer. A message whose answer does not come is in doubt.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The largest webhook body taken, in bytes.</summary>
    public int LargestWebhook { get; set; } = 16 * 1024 * 1024;

    /// <summary>
    /// How much time may lie between a webhook's signature and its arrival. What is older is kept apart and not read by itself. SendGrid tries for a
    /// day and does not say whether it signs anew.
    /// </summary>
    public TimeSpan WebhookTolerance { get; set; } = TimeSpan.FromHours(25);

    /// <summary>Replaces what comes with the program about the meaning of answers (<c>sendgrid-answers.json</c>); empty: nothing does.</summary>
    public string AnswersFile { get; set; } = "";

    /// <summary>Of its own kind, for the paid checking of addresses. Secret. Empty: addresses are not checked.</summary>
    public string ValidationKey { get; set; } = "";

    /// <summary>
    /// The account serves one organisation only. Then it vouches for that organisation's senders, and its lists are kept in step with ours; an account that
    /// several share does neither, because what one does there concerns the others.
    /// </summary>
    public bool SingleOrganisation { get; set; }
}
