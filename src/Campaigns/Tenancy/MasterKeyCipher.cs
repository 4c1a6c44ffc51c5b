using System.Security.Cryptography;

namespace Campaigns.Tenancy;

/// <summary>Encrypts (AES-256-GCM) with the key for a purpose that follows from the master key.</summary>
public static class MasterKeyCipher
{
    const int NonceLength = 12;
    const int TagLength = 16;

    /// <summary>Of the key that is encrypted with now.</summary>
    public static string CurrentKeyId(SecretsOptions secrets, string purpose) => KeyId(secrets.Derive(purpose));

    /// <param name="owner">Part of what is authenticated: what was sealed for one does not open for another.</param>
    public static (string KeyId, byte[] Bytes) Seal(SecretsOptions secrets, string purpose, ReadOnlySpan<byte> owner, ReadOnlySpan<byte> plain)
    {
        var key = secrets.Derive(purpose);
        var sealedBytes = new byte[NonceLength + TagLength + plain.Length];
        var (nonce, tag, cipher) = Parts(sealedBytes);
        RandomNumberGenerator.Fill(nonce.Span);
        using var aes = new AesGcm(key, TagLength);
        aes.Encrypt(nonce.Span, plain, cipher.Span, tag.Span, owner);
        return (KeyId(key), sealedBytes);
    }

    /// <exception cref="CryptographicException">They are another's, were changed, or were encrypted with a key that is not configured any more.</exception>
    public static byte[] Open(SecretsOptions secrets, string purpose, ReadOnlySpan<byte> owner, string keyId, byte[] sealedBytes)
    {
        var key = secrets.DeriveAll(purpose).FirstOrDefault(key => KeyId(key) == keyId)
            ?? throw new CryptographicException($"The key {keyId} is neither Secrets:Key nor one of Secrets:PreviousKeys.");
        if (sealedBytes.Length < NonceLength + TagLength)
        {
            throw new CryptographicException("They are cut off.");
        }

        var (nonce, tag, cipher) = Parts(sealedBytes);
        var plain = new byte[cipher.Length];
        using var aes = new AesGcm(key, TagLength);
        aes.Decrypt(nonce.Span, cipher.Span, tag.Span, plain, owner);
        return plain;
    }

    static string KeyId(byte[] key) => Convert.ToHexStringLower(SHA256.HashData(key).AsSpan(0, 8));

    static (Memory<byte> Nonce, Memory<byte> Tag, Memory<byte> Cipher) Parts(byte[] bytes) =>
        (bytes.AsMemory(0, NonceLength), bytes.AsMemory(NonceLength, TagLength), bytes.AsMemory(NonceLength + TagLength));
}
