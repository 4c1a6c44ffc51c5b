using System.Text.Json;
using Microsoft.Extensions.Options;

namespace Campaigns.Providers.SendGrid;

/// <summary>Refuses to start with an answer table that cannot be read: it would be missed only when mail is refused.</summary>
sealed class SendGridOptionsCheck : IValidateOptions<SendGridOptions>
{
    public ValidateOptionsResult Validate(string? name, SendGridOptions options)
    {
        try
        {
            _ = new SendGridAnswers(options.AnswersFile);
            return ValidateOptionsResult.Success;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            return ValidateOptionsResult.Fail($"SendGrid:AnswersFile cannot be used: {error.Message}");
        }
    }
}
