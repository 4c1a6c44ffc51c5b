using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Campaigns.Storage;
using Marten;

namespace Campaigns.Tenancy;

/// <summary>Keys that open the API for one organisation. Only their hashes are kept.</summary>
public sealed class ApiKeys(IDocumentStore store)
{
    const string Prefix = "cmp_";

    static readonly string FindKey = Sql.Beside<ApiKeys>(nameof(FindKey));
    static readonly string InsertKey = Sql.Beside<ApiKeys>(nameof(InsertKey));

    /// <summary>A new key for an organisation; shown once, kept as a hash.</summary>
    public async Task<string> Issue(string tenantId, string name, CancellationToken ct)
    {
        var key = NewKey();
        await Add(tenantId, name, key, ct);
        return key;
    }

    public static string NewKey() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>Makes a given key valid; once or many times.</summary>
    public async Task Add(string tenantId, string name, string key, CancellationToken ct)
    {
        await using var command = store.Database.CreateCommand(InsertKey);
        command.Parameters.Add(new() { Value = Guid.CreateVersion7(store.Clock.GetUtcNow()) });
        command.Parameters.Add(new() { Value = tenantId });
        command.Parameters.Add(new() { Value = name });
        command.Parameters.Add(new() { Value = Hash(key) });
        command.Parameters.Add(new() { Value = store.Clock.GetUtcNow() });
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Whose key it is; null for an unknown or revoked one.</summary>
    public Task<ApiKeyOwner?> Find(string key, CancellationToken ct) => Find(Hash(key), ct);

    /// <summary>What tells a key from others without being one.</summary>
    public static string Fingerprint(string key) => Convert.ToBase64String(Hash(key));

    /// <summary>Whether the key with this fingerprint still opens the API.</summary>
    public async Task<bool> IsValid(string fingerprint, CancellationToken ct) => await Find(Convert.FromBase64String(fingerprint), ct) is not null;

    async Task<ApiKeyOwner?> Find(byte[] hash, CancellationToken ct)
    {
        await using var command = store.Database.CreateCommand(FindKey);
        command.Parameters.Add(new() { Value = hash });
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct) ? new ApiKeyOwner(reader.GetString(0), reader.GetString(1)) : null;
    }

    // A key is 256 random bits: one round of SHA-256 is as hard to reverse as many.
    static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}

public sealed record ApiKeyOwner(string TenantId, string Name);
