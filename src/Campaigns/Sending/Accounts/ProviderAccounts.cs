using Campaigns.Storage;
using Marten;
using Npgsql;
using NpgsqlTypes;

namespace Campaigns.Sending.Accounts;

/// <summary>An organisation's accounts at the providers, by the provider's name.</summary>
public sealed class ProviderAccounts
{
    public static readonly ProviderAccounts Unknown = new(new Dictionary<string, ProviderAccount>());

    static readonly string ReadAccounts = Sql.Beside<ProviderAccounts>(nameof(ReadAccounts));
    static readonly string SaveAccount = Sql.Beside<ProviderAccounts>(nameof(SaveAccount));

    readonly Dictionary<string, ProviderAccount> accounts;
    readonly HashSet<string> changed = new(StringComparer.Ordinal);

    public ProviderAccounts(IReadOnlyDictionary<string, ProviderAccount> accounts) => this.accounts = new(accounts, StringComparer.Ordinal);

    /// <summary>The one on which everybody still has to wait longest at a moment; null when there is none.</summary>
    public ProviderAccount? SlowAt(DateTimeOffset moment) => accounts.Values.Where(account => account.SlowUntil > moment).MaxBy(account => account.SlowUntil);

    public ProviderAccount this[string provider]
    {
        get => accounts.GetValueOrDefault(provider, ProviderAccount.Healthy);
        set
        {
            if (this[provider] != value)
            {
                accounts[provider] = value;
                changed.Add(provider);
            }
        }
    }

    /// <param name="providers">Those that concern the caller: one that is slow holds nobody else up.</param>
    public static async Task<ProviderAccounts> Read(IDocumentStore store, string tenantId, IEnumerable<string> providers, CancellationToken ct)
    {
        var rows = await store.Database.Query(ReadAccounts, reader => (Provider: reader.GetString(0), Account: Read(reader)), ct, tenantId, providers.ToArray());
        return new ProviderAccounts(rows.ToDictionary(row => row.Provider, row => row.Account));
    }

    public void SaveChanges(IDocumentSession session)
    {
        foreach (var provider in changed.Order(StringComparer.Ordinal))
        {
            var account = accounts[provider];
            session.Sql(
                SaveAccount, session.TenantId, provider, new NpgsqlParameter { Value = (object?)account.SlowUntil ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz },
                account.Slowed, account.ErrorsInARow, account.Reason);
        }
    }

    static ProviderAccount Read(NpgsqlDataReader reader) => new(
        reader.ValueOrNull<DateTimeOffset>(1), reader.GetInt32(2), reader.GetInt32(3), reader.TextOrNull(4));
}
