using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Campaigns.Providers.SendGrid;

/// <summary>What SendGrid vouches for: domains that are authenticated with it, and single addresses that were confirmed there.</summary>
static class VerifiedSenders
{
    const int Largest = 1000;

    /// <returns>False also where it could not be asked.</returns>
    public static async Task<bool> Contain(HttpClient http, SendGridAccount account, string email, CancellationToken ct)
    {
        if (!SecretText.IsToken(account.ApiKey))
        {
            return false;
        }

        try
        {
            var domain = email[(email.IndexOf('@', StringComparison.Ordinal) + 1)..];
            var domains = await Get(http, account, $"/v3/whitelabel/domains?domain={Uri.EscapeDataString(domain)}", VerifiedSendersJson.Default.AuthenticatedDomainArray, ct);
            if (domains.Any(known => known.Valid && string.Equals(known.Domain, domain, StringComparison.OrdinalIgnoreCase)))
            {
                return true;
            }

            var senders = await Get(http, account, $"/v3/verified_senders?limit={Largest}", VerifiedSendersJson.Default.VerifiedSenderList, ct);
            return senders.Results?.Any(known => known.Verified && string.Equals(known.FromEmail, email, StringComparison.OrdinalIgnoreCase)) == true;
        }
        catch (Exception error) when (error is HttpRequestException or JsonException or OperationCanceledException)
        {
            return false;
        }
    }

    static async Task<T> Get<T>(HttpClient http, SendGridAccount account, string path, JsonTypeInfo<T> type, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(account.BaseAddress, path))
        {
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", account.ApiKey) },
        };
        using var response = await http.SendAsync(request, ct);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync(type, ct) ?? throw new JsonException("The answer is empty.");
    }
}

sealed record AuthenticatedDomain([property: JsonPropertyName("domain")] string? Domain, [property: JsonPropertyName("valid")] bool Valid);

sealed record VerifiedSenderList([property: JsonPropertyName("results")] IReadOnlyList<VerifiedSender>? Results);

sealed record VerifiedSender([property: JsonPropertyName("from_email")] string? FromEmail, [property: JsonPropertyName("verified")] bool Verified);

[JsonSerializable(typeof(AuthenticatedDomain[]))]
[JsonSerializable(typeof(VerifiedSenderList))]
sealed partial class VerifiedSendersJson : JsonSerializerContext;
