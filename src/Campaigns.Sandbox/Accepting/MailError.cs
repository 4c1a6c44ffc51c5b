namespace Campaigns.Sandbox.Accepting;

/// <summary>One reason why SendGrid refuses a request.</summary>
sealed record MailError(string Message, string? Field = null, string? Help = null);

/// <summary>The body of every refusal.</summary>
sealed record MailErrors(IReadOnlyList<MailError> Errors);
