using System.Text.Json;
using Microsoft.Extensions.Options;

namespace Campaigns.Providers;

/// <summary>Refuses to start with an answer table that cannot be read: it would be missed only when a message is refused.</summary>
/// <param name="setting">The name of the setting that names the file.</param>
/// <param name="read">Reads it.</param>
sealed class AnswersFileCheck<TOptions>(string setting, Action<TOptions> read) : IValidateOptions<TOptions>
    where TOptions : class
{
    public ValidateOptionsResult Validate(string? name, TOptions options)
    {
        try
        {
            read(options);
            return ValidateOptionsResult.Success;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            return ValidateOptionsResult.Fail($"{setting} cannot be used: {error.Message}");
        }
    }
}
