using System.Text.RegularExpressions;

namespace Campaigns.Sandbox.SendGrid.Accepting;

/// <summary>The errors found in one request, in SendGrid's words.</summary>
sealed partial class Findings
{
    // A request can be wrong a thousand times over; nobody reads further than this.
    const int Most = 50;
    readonly List<MailError> errors = [];

    public IReadOnlyList<MailError> Errors => errors;

    public void Add(string field, string message)
    {
        if (errors.Count < Most)
        {
            errors.Add(new(message, field, Help(field)));
        }
    }

    static string Help(string field) =>
        $"http://sendgrid.com/docs/API_Reference/Web_API_v3/Mail/errors.html#message.{Index().Replace(field, "")}";

    [GeneratedRegex(@"\.\d+")]
    private static partial Regex Index();
}
