using System.Security.Cryptography;
using Campaigns.Sending;
using Npgsql;

namespace Campaigns.Providers;

static class AccountTrouble
{
    /// <summary>Nothing was handed over, since what opens the account could not be read; null for any other error.</summary>
    public static SendResult.Refused? Refusal(Exception error) => error switch
    {
        NpgsqlException or OperationCanceledException => new SendResult.Refused(
            FailureCategory.Temporary, "credentials-unavailable", "The database, which holds the account's credentials, does not answer"),
        CryptographicException => new SendResult.Refused(
            FailureCategory.Configuration, "credentials-unreadable", "The account's credentials cannot be decrypted: is the right Secrets:Key configured?"),
        _ => null,
    };
}
