using System.Security.Cryptography;
using System.Text;

namespace Campaigns.Tenancy;

/// <param name="KeyId">Of the key, to find it again.</param>
public sealed record SealedCredentials(Guid Id, string KeyId, byte[] Bytes);

/// <summary>
/// Encrypts credentials. Whose they are is part of what is authenticated: a row copied to another organisation, provider or version does not open there.
/// </summary>
public static class CredentialsCipher
{
    const string Purpose = "credentials";

    /// <summary>Of the key that new credentials are encrypted with.</summary>
    public static string CurrentKeyId(SecretsOptions secrets) => MasterKeyCipher.CurrentKeyId(secrets, Purpose);

    public static SealedCredentials Seal(SecretsOptions secrets, string tenantId, string provider, Guid id, ReadOnlySpan<byte> plain)
    {
        var (keyId, bytes) = MasterKeyCipher.Seal(secrets, Purpose, Owner(tenantId, provider, id), plain);
        return new SealedCredentials(id, keyId, bytes);
    }

    /// <exception cref="CryptographicException">They are another's, were changed, or were encrypted with a key that is not configured any more.</exception>
    public static byte[] Open(SecretsOptions secrets, string tenantId, string provider, SealedCredentials credentials) =>
        MasterKeyCipher.Open(secrets, Purpose, Owner(tenantId, provider, credentials.Id), credentials.KeyId, credentials.Bytes);

    /// <summary>Tells credentials from others. Keyed: nobody finds a password by trying.</summary>
    public static string Fingerprint(SecretsOptions secrets, ReadOnlySpan<byte> plain) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(secrets.Derive("fingerprints of credentials"), plain).AsSpan(0, 8));

    static byte[] Owner(string tenantId, string provider, Guid id) => Encoding.UTF8.GetBytes($"{tenantId}\n{provider}\n{id:N}");
}
