using System.Text.Json;
using Campaigns.Consent;
using SendGrid;

namespace Campaigns.Providers.SendGrid;

/// <summary>SendGrid's own lists of whom it does not deliver to, and its forgetting of people. Every call may be made again.</summary>
public sealed class SendGridSuppressions(SendGridApi api, SendGridAccounts accounts)
{
    /// <summary>Addresses read in one call; fewer is the end of a list.</summary>
    public const int PageSize = 500;

    /// <summary>SendGrid's lists by what being on them means. Its blocks are passing, and no reason to suppress.</summary>
    public static readonly IReadOnlyDictionary<string, SuppressionReason> Lists = new Dictionary<string, SuppressionReason>
    {
        ["bounces"] = SuppressionReason.InvalidAddress,
        ["invalid_emails"] = SuppressionReason.InvalidAddress,
        ["spam_reports"] = SuppressionReason.Complaint,
        ["unsubscribes"] = SuppressionReason.Unsubscribed,
    };

    static readonly string[] Removable =
    [
        "asm/suppressions/global", "suppression/bounces", "suppression/blocks", "suppression/spam_reports", "suppression/invalid_emails",
    ];

    /// <summary>Whether the lists are the organisation's: those of an account that several share concern the others too.</summary>
    public async Task<bool> AreOurs(string tenantId, CancellationToken ct) => await accounts.For(tenantId, ct) is { IsOwn: true, ApiKey.Length: > 0 };

    /// <returns>The addresses as SendGrid writes them; null for an entry without one.</returns>
    /// <exception cref="HttpRequestException">SendGrid did not do it.</exception>
    public async Task<IReadOnlyList<string?>> Read(string tenantId, string list, int offset, CancellationToken ct)
    {
        var answer = (await api.Ask(tenantId, BaseClient.Method.GET, $"suppression/{list}?limit={PageSize}&offset={offset}", null, ct)).OrThrow();
        return answer.Body.ValueKind == JsonValueKind.Array ? [.. answer.Body.EnumerateArray().Select(Email)] : [];
    }

    /// <exception cref="HttpRequestException">SendGrid did not do it.</exception>
    public async Task Add(string tenantId, string address, CancellationToken ct) =>
        (await api.Ask(
            tenantId, BaseClient.Method.POST, "asm/suppressions/global", new Dictionary<string, string[]> { ["recipient_emails"] = [address] }, ct)).OrThrow();

    /// <summary>Takes an address off every list on which it may be: on any of them, SendGrid would drop what we send.</summary>
    /// <exception cref="HttpRequestException">SendGrid did not do it.</exception>
    public async Task Remove(string tenantId, string address, CancellationToken ct)
    {
        foreach (var list in Removable)
        {
            (await api.Ask(tenantId, BaseClient.Method.DELETE, $"{list}/{Uri.EscapeDataString(address)}", null, ct)).OrThrow(isFineToMiss: true);
        }
    }

    /// <summary>Has SendGrid erase what it keeps about a person.</summary>
    /// <exception cref="HttpRequestException">SendGrid did not do it.</exception>
    public async Task Erase(string tenantId, string address, CancellationToken ct) =>
        (await api.Ask(
            tenantId, BaseClient.Method.POST, "recipients/erasejob", new Dictionary<string, string[]> { ["email_addresses"] = [address] }, ct)).OrThrow();

    static string? Email(JsonElement entry) =>
        entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty("email", out var email) && email.ValueKind == JsonValueKind.String
            ? email.GetString()
            : null;
}
