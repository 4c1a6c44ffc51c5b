namespace Campaigns.Providers.Twilio;

/// <summary>What Twilio's error codes mean.</summary>
/// <param name="instead">A file to read instead of <c>twilio-answers.json</c>, if any.</param>
public sealed class TwilioAnswers(string? instead = null)
{
    readonly AnswerTable table = AnswerTable.Load(typeof(TwilioAnswers), "twilio-answers.json", instead);

    /// <param name="code">Null where the answer has none.</param>
    public AnswerMeaning? ToMessage(string status, string? code) => OfCode(code) ?? table.Find("status", ("status", status));

    public AnswerMeaning? OfCode(string? code) => table.Find("code", ("code", code));
}
