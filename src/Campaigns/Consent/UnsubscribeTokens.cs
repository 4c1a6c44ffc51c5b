using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Campaigns.Tenancy;
using Microsoft.Extensions.Options;

namespace Campaigns.Consent;

/// <summary>
/// Names a recipient in a link such that nobody can make one for somebody else. Nothing is stored and nothing ends: a link works as long
/// as its key is kept.
/// </summary>
public sealed class UnsubscribeTokens(IOptions<SecretsOptions> secrets)
{
    const string Purpose = "unsubscribe";
    const int IdLength = 16, SealLength = 16;

    /// <summary>Null where the server has no <c>Secrets:Key</c>.</summary>
    public string? Make(string tenantId, Guid recipient)
    {
        if (!secrets.Value.HasKey)
        {
            return null;
        }

        byte[] names = [.. recipient.ToByteArray(bigEndian: true), .. Encoding.UTF8.GetBytes(tenantId)];
        return Base64Url.EncodeToString([.. Seal(secrets.Value.Derive(Purpose), names), .. names]);
    }

    /// <summary>Whom a token names, under the present key or one from before; null for one that we never made.</summary>
    public (string TenantId, Guid Recipient)? Read(string token)
    {
        if (!Base64Url.IsValid(token, out var length) || length <= SealLength + IdLength)
        {
            return null;
        }

        ReadOnlySpan<byte> bytes = Base64Url.DecodeFromChars(token);
        var names = bytes[SealLength..];
        foreach (var key in secrets.Value.DeriveAll(Purpose))
        {
            if (CryptographicOperations.FixedTimeEquals(bytes[..SealLength], Seal(key, names)))
            {
                return (Encoding.UTF8.GetString(names[IdLength..]), new Guid(names[..IdLength], bigEndian: true));
            }
        }

        return null;
    }

    static ReadOnlySpan<byte> Seal(byte[] key, ReadOnlySpan<byte> names) => HMACSHA256.HashData(key, names).AsSpan(0, SealLength);
}
