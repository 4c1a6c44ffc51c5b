using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using SendGrid;

namespace Campaigns.Providers.SendGrid;

/// <summary>What SendGrid vouches for: domains that are authenticated with it, and single addresses that were confirmed there.</summary>
static class VerifiedSenders
{
    const int Largest = 1000;

    /// <returns>False also where it could not be asked.</returns>
    public static async Task<bool> Contain(SendGridApi api, string tenantId, string email, CancellationToken ct)
    {
        var domain = email[(email.IndexOf('@', StringComparison.Ordinal) + 1)..];
        var domains = await Get(
            api, tenantId, $"whitelabel/domains?domain={Uri.EscapeDataString(domain)}", VerifiedSendersJson.Default.AuthenticatedDomainArray, ct);
        if (domains?.Any(known => known.Valid && string.Equals(known.Domain, domain, StringComparison.OrdinalIgnoreCase)) == true)
        {
            return true;
        }

        var senders = await Get(api, tenantId, $"verified_senders?limit={Largest}", VerifiedSendersJson.Default.VerifiedSenderList, ct);
        return senders?.Results?.Any(known => known.Verified && string.Equals(known.FromEmail, email, StringComparison.OrdinalIgnoreCase)) == true;
    }

    static async Task<T?> Get<T>(SendGridApi api, string tenantId, string path, JsonTypeInfo<T> type, CancellationToken ct)
        where T : class
    {
        var answer = await api.Ask(tenantId, BaseClient.Method.GET, path, null, ct);
        try
        {
            return answer.IsSuccess && answer.Body.ValueKind != JsonValueKind.Undefined ? answer.Body.Deserialize(type) : null;
        }
        catch (JsonException)
        {
            return null; // of another shape than documented
        }
    }
}

sealed record AuthenticatedDomain([property: JsonPropertyName("domain")] string? Domain, [property: JsonPropertyName("valid")] bool Valid);

sealed record VerifiedSenderList([property: JsonPropertyName("results")] IReadOnlyList<VerifiedSender>? Results);

sealed record VerifiedSender([property: JsonPropertyName("from_email")] string? FromEmail, [property: JsonPropertyName("verified")] bool Verified);

[JsonSerializable(typeof(AuthenticatedDomain[]))]
[JsonSerializable(typeof(VerifiedSenderList))]
sealed partial class VerifiedSendersJson : JsonSerializerContext;
