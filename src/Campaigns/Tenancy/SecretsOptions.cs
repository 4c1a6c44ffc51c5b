using System.Security.Cryptography;
using System.Text;

namespace Campaigns.Tenancy;

/// <summary>Settings under <c>Secrets</c>: the master key, from which a key is derived for each purpose. Never in a log, an event or an answer.</summary>
public sealed class SecretsOptions
{
    const int Length = 32;

    /// <summary>base64 of 32 random bytes; empty where there is none, and then nothing that needs one works.</summary>
    public string Key { get; set; } = "";

    /// <summary>Keys from before: what they protected can still be read, and nothing new is protected with them.</summary>
    public IList<string> PreviousKeys { get; set; } = [];

    /// <summary>How long webhooks that are signed with superseded credentials are still taken: the provider changes over in its own time.</summary>
    public TimeSpan Overlap { get; set; } = TimeSpan.FromHours(24);

    public bool HasKey => !string.IsNullOrWhiteSpace(Key);

    /// <summary>Whether each of the keys is one.</summary>
    public bool IsValid => (!HasKey || Read(Key) is not null) && PreviousKeys.All(key => Read(key) is not null);

    /// <summary>The key for a purpose: from one purpose's key nothing follows about another's.</summary>
    /// <exception cref="InvalidOperationException">There is no <see cref="Key"/>.</exception>
    public byte[] Derive(string purpose) => Derive(Key, purpose);

    /// <summary>The same, followed by those of the previous keys.</summary>
    public IReadOnlyList<byte[]> DeriveAll(string purpose) =>
        [.. (HasKey ? [Key, .. PreviousKeys] : PreviousKeys).Select(key => Derive(key, purpose))];

    static byte[] Derive(string key, string purpose) => HKDF.DeriveKey(
        HashAlgorithmName.SHA256, Read(key) ?? throw new InvalidOperationException("Secrets:Key is no base64 of 32 bytes."), Length,
        info: Encoding.UTF8.GetBytes(purpose));

    static byte[]? Read(string key)
    {
        var bytes = new byte[Length];
        return Convert.TryFromBase64String(key.Trim(), bytes, out var written) && written == Length ? bytes : null;
    }
}
