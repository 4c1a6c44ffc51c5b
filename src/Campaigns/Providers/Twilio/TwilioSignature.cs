using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Campaigns.Providers.Twilio;

/// <summary>Verifies that a webhook is Twilio's: HMAC-SHA1 over the address that Twilio called and the parameters of the form.</summary>
public static class TwilioSignature
{
    public const string Header = "X-Twilio-Signature";

    /// <summary>In the query of a webhook whose body is no form: the body's hash, which the signature covers with the address.</summary>
    const string BodyHashParameter = "bodySHA256";

    /// <param name="url">As Twilio called it, with its query and without a fragment.</param>
    /// <param name="signature">The header, base64.</param>
    public static bool IsValid(string authToken, string? signature, string url, ReadOnlySpan<byte> body)
    {
        if (string.IsNullOrEmpty(authToken) || !CanBe(signature))
        {
            return false;
        }

        var query = url.IndexOf('?', StringComparison.Ordinal) is >= 0 and var mark ? url[(mark + 1)..] : "";
        var hash = TwilioForm.Read(query)[BodyHashParameter];
        if (hash.Length > 0)
        {
            return IsSigned(authToken, signature, url, "") & Equal(hash, Convert.ToHexStringLower(SHA256.HashData(body)));
        }

        var parameters = string.Concat(TwilioForm.Read(body).Parameters.Select(parameter => parameter.Key + parameter.Value));
        return IsSigned(authToken, signature, url, parameters);
    }

    /// <summary>Whether a header is a signature at all, which is told without reading the body.</summary>
    public static bool CanBe([NotNullWhen(true)] string? signature) =>
        signature?.Length == Base64.GetMaxEncodedToUtf8Length(HMACSHA1.HashSizeInBytes) && Base64.IsValid(signature);

    // Twilio signs the port in some products and leaves it out in others.
    static bool IsSigned(string authToken, string signature, string url, string parameters)
    {
        var (without, with) = Ports(url);
        return Equal(signature, Sign(authToken, without + parameters)) | Equal(signature, Sign(authToken, with + parameters));
    }

    [SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "Twilio signs with it")]
    static string Sign(string authToken, string text) =>
        Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(authToken), Encoding.UTF8.GetBytes(text)));

    static bool Equal(string theirs, string ours) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(theirs), Encoding.UTF8.GetBytes(ours));

    // By the text, not by its parts: taken apart and put together again, an address is not always written the same.
    static (string Without, string With) Ports(string url)
    {
        var host = url.IndexOf("://", StringComparison.Ordinal) is >= 0 and var scheme ? scheme + 3 : 0;
        var end = url.AsSpan(host).IndexOfAny('/', '?') is >= 0 and var length ? host + length : url.Length;
        var (before, authority, after) = (url[..host], url[host..end], url[end..]);
        var colon = authority.LastIndexOf(':');
        return colon > authority.LastIndexOf(']') // the colons of an IPv6 address are none before a port
            ? (before + authority[..colon] + after, url)
            : (url, $"{before}{authority}:{(before.StartsWith("http:", StringComparison.OrdinalIgnoreCase) ? 80 : 443)}{after}");
    }
}
