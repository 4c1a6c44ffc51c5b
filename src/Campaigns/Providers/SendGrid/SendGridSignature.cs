using System.Security.Cryptography;
using System.Text;

namespace Campaigns.Providers.SendGrid;

/// <summary>Verifies that a webhook is SendGrid's: ECDSA over the timestamp header and the body, byte for byte as it came.</summary>
public static class SendGridSignature
{
    public const string SignatureHeader = "X-Twilio-Email-Event-Webhook-Signature";
    public const string TimestampHeader = "X-Twilio-Email-Event-Webhook-Timestamp";

    /// <param name="publicKeys">base64 of the SubjectPublicKeyInfo (P-256); several, separated by commas, while one takes another's place.</param>
    /// <param name="signature">base64 of the ASN.1 DER signature.</param>
    public static bool IsValid(string publicKeys, string? signature, string? timestamp, ReadOnlySpan<byte> body)
    {
        foreach (var key in publicKeys.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (IsValidFor(key, signature, timestamp, body))
            {
                return true;
            }
        }

        return false;
    }

    static bool IsValidFor(string publicKey, string? signature, string? timestamp, ReadOnlySpan<byte> body)
    {
        if (string.IsNullOrEmpty(signature) || string.IsNullOrEmpty(timestamp))
        {
            return false;
        }

        try
        {
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(Convert.FromBase64String(publicKey), out _);
            using var signed = IncrementalHash.CreateHash(HashAlgorithmName.SHA256); // piece by piece: no copy of the body
            signed.AppendData(Encoding.UTF8.GetBytes(timestamp));
            signed.AppendData(body);
            return key.VerifyHash(signed.GetHashAndReset(), Convert.FromBase64String(signature), DSASignatureFormat.Rfc3279DerSequence);
        }
        catch (Exception error) when (error is FormatException or CryptographicException)
        {
            return false;
        }
    }
}
