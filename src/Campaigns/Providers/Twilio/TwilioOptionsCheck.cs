using System.Text.Json;
using Microsoft.Extensions.Options;

namespace Campaigns.Providers.Twilio;

/// <summary>Refuses to start with an answer table that cannot be read: it would be missed only when a message is refused.</summary>
sealed class TwilioOptionsCheck : IValidateOptions<TwilioOptions>
{
    public ValidateOptionsResult Validate(string? name, TwilioOptions options)
    {
        try
        {
            _ = new TwilioAnswers(options.AnswersFile);
            return ValidateOptionsResult.Success;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            return ValidateOptionsResult.Fail($"Twilio:AnswersFile cannot be used: {error.Message}");
        }
    }
}
