using System.Globalization;
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

    /// <summary>Whether it was signed too long before, or after, <paramref name="now"/>: then it may be an old one that somebody repeats.</summary>
    /// <param name="timestamp">Unix seconds, as in the header.</param>
    public static bool IsLate(string? timestamp, DateTimeOffset now, TimeSpan tolerance) =>
        !long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
        || Math.Abs((double)now.ToUnixTimeSeconds() - seconds) > tolerance.TotalSeconds;

    /// <summary>A key as SendGrid shows it; null for anything else, a key on another curve too.</summary>
    internal static ECDsa? ReadKey(string publicKey)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(Convert.FromBase64String(publicKey), out _);
            if (key.ExportParameters(false).Curve.Oid is { FriendlyName: "nistP256" or "ECDSA_P256" } or { Value: "1.2.840.10045.3.1.7" })
            {
                return key;
            }
        }
        catch (Exception error) when (error is FormatException or CryptographicException)
        {
            // It is none.
        }

        key.Dispose();
        return null;
    }

    static bool IsValidFor(string publicKey, string? signature, string? timestamp, ReadOnlySpan<byte> body)
    {
        if (string.IsNullOrEmpty(signature) || string.IsNullOrEmpty(timestamp))
        {
            return false;
        }

        try
        {
            using var key = ReadKey(publicKey);
            if (key is null)
            {
                return false;
            }

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
