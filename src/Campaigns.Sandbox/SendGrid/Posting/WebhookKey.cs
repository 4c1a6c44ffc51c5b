using System.Security.Cryptography;
using System.Text;

namespace Campaigns.Sandbox.SendGrid.Posting;

/// <summary>The key that signs events: ECDSA on P-256 over timestamp and body, written as ASN.1 DER.</summary>
sealed class WebhookKey : IDisposable
{
    readonly ECDsa key;
    readonly Lock gate = new();

    public WebhookKey(string? privateKey)
    {
        key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        if (privateKey is not null)
        {
            key.ImportPkcs8PrivateKey(Convert.FromBase64String(privateKey), out _);
        }

        PublicKey = Convert.ToBase64String(key.ExportSubjectPublicKeyInfo());
    }

    public string PublicKey { get; }

    public static string New()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Convert.ToBase64String(key.ExportPkcs8PrivateKey());
    }

    public string Sign(string timestamp, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(timestamp));
        hash.AppendData(body);
        var digest = hash.GetHashAndReset();
        lock (gate)
        {
            return Convert.ToBase64String(key.SignHash(digest, DSASignatureFormat.Rfc3279DerSequence));
        }
    }

    public void Dispose() => key.Dispose();
}
