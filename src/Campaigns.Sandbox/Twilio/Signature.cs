using System.Security.Cryptography;
using System.Text;

namespace Campaigns.Sandbox.Twilio;

/// <summary>Signs what Twilio posts: HMAC-SHA1 over the address and the sorted form.</summary>
static class Signature
{
    public static string Of(string token, string url, IEnumerable<KeyValuePair<string, string>> form)
    {
        var signed = new StringBuilder(url);
        foreach (var (name, value) in form.OrderBy(field => field.Key, StringComparer.Ordinal))
        {
            signed.Append(name).Append(value);
        }

#pragma warning disable CA5350 // Twilio's signature is what it is
        return Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(token), Encoding.UTF8.GetBytes(signed.ToString())));
#pragma warning restore CA5350
    }
}
