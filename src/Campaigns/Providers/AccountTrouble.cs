using System.Security.Cryptography;
using Campaigns.Recipients;
using Npgsql;

namespace Campaigns.Providers;

/// <summary>What opens an account at a provider could not be read: nothing was handed over, and nothing asked.</summary>
static class AccountTrouble
{
    /// <returns>Null for any other error.</returns>
    public static SendResult? OfSending(Exception error) => error switch
    {
        OperationCanceledException => new SendResult.Stopped(),
        NpgsqlException => new SendResult.Refused(
            FailureCategory.Temporary, "credentials-unavailable", "The database, which holds the account's credentials, does not answer"),
        CryptographicException => new SendResult.Refused(
            FailureCategory.Configuration, "credentials-unreadable", "The account's credentials cannot be decrypted: is the right Secrets:Key configured?"),
        _ => null,
    };

    /// <returns>For people; null for any other error.</returns>
    public static string? Why(Exception error) => OfSending(error) switch
    {
        SendResult.Refused refused => refused.Text,
        SendResult.Stopped => SendResult.Stopped.Why,
        _ => null,
    };
}
