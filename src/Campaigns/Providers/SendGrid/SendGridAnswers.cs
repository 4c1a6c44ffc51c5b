namespace Campaigns.Providers.SendGrid;

/// <summary>What SendGrid's refusals, bounces and drops mean.</summary>
/// <param name="instead">A file to read instead of <c>sendgrid-answers.json</c>, if any.</param>
public sealed class SendGridAnswers(string? instead = null)
{
    /// <summary>SendGrid's classification of a bounce that says so itself, where others leave it to be concluded.</summary>
    public const string InvalidAddress = "Invalid Address";

    readonly AnswerTable table = AnswerTable.Load(typeof(SendGridAnswers), "sendgrid-answers.json", instead);

    /// <param name="field">The member of the request that is at fault.</param>
    public AnswerMeaning? ToMailSend(string status, string? field, string? message) =>
        table.Find("mailSend", ("status", status), ("field", field), ("message", message));

    /// <param name="type">Absent: a plain bounce.</param>
    public AnswerMeaning? OfBounce(string? type, string? classification) =>
        table.Find("bounce", ("type", type ?? "bounce"), ("classification", classification));

    public AnswerMeaning? OfDrop(string? reason) => table.Find("dropped", ("reason", reason));
}
