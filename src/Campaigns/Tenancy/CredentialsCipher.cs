using System.Security.Cryptography;
using System.Text;

namespace Campaigns.Tenancy;

/// <param name="KeyId">Of the key, to find it again.</param>
public sealed record SealedCredentials(Guid Id, string KeyId, byte[] Bytes);

/// <summary>
/// Encrypts credentials (AES-256-GCM). Whose they are is part of what is authenticated: a row copied to another organisation, provider or version
/// does not open there.
/// </summary>
public static class CredentialsCipher
{
    const string Purpose = "credentials";
    const int NonceLength = 12;
    const int TagLength = 16;

    /// <summary>Of the key that new credentials are encrypted with.</summary>
    public static string CurrentKeyId(SecretsOptions secrets) => KeyId(secrets.Derive(Purpose));

    public static SealedCredentials Seal(SecretsOptions secrets, string tenantId, string provider, Guid id, ReadOnlySpan<byte> plain)
    {
        var key = secrets.Derive(Purpose);
        var sealedBytes = new byte[NonceLength + TagLength + plain.Length];
        var (nonce, tag, cipher) = Parts(sealedBytes);
        RandomNumberGenerator.Fill(nonce.Span);
        using var aes = new AesGcm(key, TagLength);
        aes.Encrypt(nonce.Span, plain, cipher.Span, tag.Span, Owner(tenantId, provider, id));
        return new SealedCredentials(id, KeyId(key), sealedBytes);
    }

    /// <exception cref="CryptographicException">They are another's, were changed, or were encrypted with a key that is not configured any more.</exception>
    public static byte[] Open(SecretsOptions secrets, string tenantId, string provider, SealedCredentials credentials)
    {
        var key = secrets.DeriveAll(Purpose).FirstOrDefault(key => KeyId(key) == credentials.KeyId)
            ?? throw new CryptographicException($"The key {credentials.KeyId} is neither Secrets:Key nor one of Secrets:PreviousKeys.");
        if (credentials.Bytes.Length < NonceLength + TagLength)
        {
            throw new CryptographicException("They are cut off.");
        }

        var (nonce, tag, cipher) = Parts(credentials.Bytes);
        var plain = new byte[cipher.Length];
        using var aes = new AesGcm(key, TagLength);
        aes.Decrypt(nonce.Span, cipher.Span, tag.Span, plain, Owner(tenantId, provider, credentials.Id));
        return plain;
    }

    /// <summary>Tells credentials from others. Keyed: nobody finds a password by trying.</summary>
    public static string Fingerprint(SecretsOptions secrets, ReadOnlySpan<byte> plain) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(secrets.Derive("fingerprints of credentials"), plain).AsSpan(0, 8));

    static string KeyId(byte[] key) => Convert.ToHexStringLower(SHA256.HashData(key).AsSpan(0, 8));

    static byte[] Owner(string tenantId, string provider, Guid id) => Encoding.UTF8.GetBytes($"{tenantId}\n{provider}\n{id:N}");

    static (Memory<byte> Nonce, Memory<byte> Tag, Memory<byte> Cipher) Parts(byte[] bytes) =>
        (bytes.AsMemory(0, NonceLength), bytes.AsMemory(NonceLength, TagLength), bytes.AsMemory(NonceLength + TagLength));
}
