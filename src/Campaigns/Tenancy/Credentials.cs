using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using Campaigns.Storage;
using Marten;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;

namespace Campaigns.Tenancy;

/// <summary>The credentials of organisations at their providers, encrypted in the database.</summary>
public sealed class Credentials(IDocumentStore store, IOptions<SecretsOptions> secrets)
{
    const int MostRemembered = 10_000;

    /// <summary>
    /// How long a node goes by what it read: a change is everywhere after that, without a restart. Longer, a webhook that is signed with new
    /// credentials might be refused, and of answers to texts there is no second one.
    /// </summary>
    static readonly TimeSpan Remembered = TimeSpan.FromSeconds(1);

    static readonly string FindCredentials = Sql.Beside<Credentials>(nameof(FindCredentials));
    static readonly string SupersedeCredentials = Sql.Beside<Credentials>(nameof(SupersedeCredentials));
    static readonly string InsertCredentials = Sql.Beside<Credentials>(nameof(InsertCredentials));
    static readonly string DeleteCredentials = Sql.Beside<Credentials>(nameof(DeleteCredentials));
    static readonly string ReadOtherwiseSealed = Sql.Beside<Credentials>(nameof(ReadOtherwiseSealed));
    static readonly string ReplaceSealed = Sql.Beside<Credentials>(nameof(ReplaceSealed));

    readonly ConcurrentDictionary<(string TenantId, string Provider), (DateTimeOffset Until, object Found)> known = new();

    /// <summary>What opens an organisation's own account, and what is still accepted beside it.</summary>
    /// <exception cref="CryptographicException">They cannot be decrypted.</exception>
    public async Task<OwnCredentials<T>> Find<T>(string tenantId, CancellationToken ct)
        where T : ICredentials
    {
        var now = store.Clock.GetUtcNow();
        if (known.TryGetValue((tenantId, T.Provider), out var before) && now < before.Until)
        {
            return (OwnCredentials<T>)before.Found;
        }

        var rows = await store.Database.Query(
            FindCredentials,
            reader => (Sealed: new SealedCredentials(reader.GetGuid(0), reader.GetString(1), reader.GetFieldValue<byte[]>(2)), IsPresent: reader.GetBoolean(3)),
            ct, tenantId, T.Provider, now - secrets.Value.Overlap);
        T[] accepted =
        [
            .. rows.Select(row => JsonSerializer.Deserialize<T>(CredentialsCipher.Open(secrets.Value, tenantId, T.Provider, row.Sealed), StoredJson.Options)!),
        ];
        var found = new OwnCredentials<T>(rows is [{ IsPresent: true }, ..] ? accepted[0] : default, accepted);
        if (known.Count >= MostRemembered)
        {
            known.Clear(); // names of organisations come in addresses, also names of none
        }

        known[(tenantId, T.Provider)] = (now + Remembered, found);
        return found;
    }

    /// <summary>This node looks anew next time: they were changed.</summary>
    public void Forget(string tenantId, string provider) => known.TryRemove((tenantId, provider), out _);

    /// <summary>Encrypts an organisation's new credentials; nothing changes by it.</summary>
    /// <returns>The fact for their stream, and what <see cref="Replace"/> takes.</returns>
    public (CredentialsSet Fact, SealedCredentials Sealed) Seal<T>(string tenantId, T credentials, DateTimeOffset at)
        where T : ICredentials
    {
        var plain = JsonSerializer.SerializeToUtf8Bytes(credentials, StoredJson.Options);
        return (
            new CredentialsSet(T.Provider, CredentialsCipher.Fingerprint(secrets.Value, plain), at),
            CredentialsCipher.Seal(secrets.Value, tenantId, T.Provider, Guid.CreateVersion7(at), plain));
    }

    /// <summary>Puts new credentials in the place of those before, with the session's commit.</summary>
    public static void Replace(IDocumentSession session, CredentialsSet fact, SealedCredentials anew)
    {
        Supersede(session, fact.Provider, fact.At);
        session.Sql(InsertCredentials, session.TenantId, fact.Provider, anew.Id, anew.KeyId, anew.Bytes);
    }

    /// <summary>Ends their use with the session's commit; they go on to verify what the provider signs with them for a while.</summary>
    public static void Supersede(IDocumentSession session, string provider, DateTimeOffset at) =>
        session.Sql(SupersedeCredentials, session.TenantId, provider, at);

    /// <summary>Deletes them with the session's commit, those that were superseded before as well.</summary>
    public static void Delete(IDocumentSession session, string provider) => session.Sql(DeleteCredentials, session.TenantId, provider);

    /// <summary>Encrypts with the present key whatever is encrypted with a previous one. May run beside servers, and again.</summary>
    /// <returns>How many were, and whose could not be decrypted.</returns>
    public async Task<(int Count, IReadOnlyList<string> Unreadable)> Reencrypt(CancellationToken ct)
    {
        var rows = await store.Database.Query(
            ReadOtherwiseSealed,
            reader => (TenantId: reader.GetString(0), Provider: reader.GetString(1),
                Sealed: new SealedCredentials(reader.GetGuid(2), reader.GetString(3), reader.GetFieldValue<byte[]>(4))),
            ct, CredentialsCipher.CurrentKeyId(secrets.Value));
        var unreadable = new List<string>();
        var anew = new List<(string TenantId, string Provider, SealedCredentials Before, byte[] Bytes)>(rows.Count);
        foreach (var (tenantId, provider, before) in rows)
        {
            try
            {
                var plain = CredentialsCipher.Open(secrets.Value, tenantId, provider, before);
                anew.Add((tenantId, provider, before, CredentialsCipher.Seal(secrets.Value, tenantId, provider, before.Id, plain).Bytes));
            }
            catch (CryptographicException error)
            {
                unreadable.Add($"{tenantId} {provider}: {error.Message}");
            }
        }

        await using var command = store.Database.CreateCommand(ReplaceSealed);
        command.Parameters.AddRange((NpgsqlParameter[])
        [
            new() { Value = anew.Select(row => row.TenantId).ToArray() },
            new() { Value = anew.Select(row => row.Provider).ToArray() },
            new() { Value = anew.Select(row => row.Before.Id).ToArray() },
            new() { Value = anew.Select(row => row.Before.KeyId).ToArray() },
            new() { Value = CredentialsCipher.CurrentKeyId(secrets.Value) },
            new() { Value = anew.Select(row => row.Bytes).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea },
        ]);
        return (await command.ExecuteNonQueryAsync(ct), unreadable);
    }
}
