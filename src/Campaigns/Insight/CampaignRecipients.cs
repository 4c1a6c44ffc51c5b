using Campaigns.Engine;
using Campaigns.Engine.Events;
using Campaigns.Http;
using Campaigns.Sending;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Campaigns.Insight;

/// <summary>One person in one campaign: where the message is, why, and what was heard since.</summary>
public sealed record RecipientView(
    Guid Id, Guid ContactId, string? Email, RecipientStatus Status, string? Reason, int? Batch, DateTimeOffset QueuedAt, DateTimeOffset? SentAt,
    DateTimeOffset? DeliveredAt, DateTimeOffset? OpenedAt, DateTimeOffset? ClickedAt, DateTimeOffset? BouncedAt, DateTimeOffset? ComplainedAt,
    DateTimeOffset? UnsubscribedAt, DateTimeOffset? TimedOutAt);

/// <summary>The states of the ledger, and the facts beside them, that a list of recipients can be narrowed to.</summary>
public enum RecipientFilter
{
    Queued, Skipped, Sending, Sent, Failed, InDoubt, Delivered, Opened, Clicked, Bounced, Complained, Unsubscribed, TimedOut,
}

public sealed class CampaignRecipients(EventStore store)
{
    static readonly string ListRecipients = Sql.Beside<CampaignRecipients>(nameof(ListRecipients));

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/campaigns/{id:guid}/recipients", async (
                Guid id, Word<RecipientFilter>? status, int? limit, string? cursor, ApiRequest request, CampaignRecipients recipients, ProgressQuery campaigns,
                CancellationToken ct) =>
                await campaigns.Find(request.TenantId, id, ct) is null
                    ? Problems.NotFound("campaign")
                    : Results.Ok(await recipients.List(request.TenantId, id, status?.Value, new PageRequest(limit, cursor), ct)))
            .WithName("ListRecipients").WithSummary("Who got it, who did not, and why").Produces<Page<RecipientView>>()
            .ProducesProblem(StatusCodes.Status404NotFound);

    public async Task<Page<RecipientView>> List(string tenantId, Guid campaignId, RecipientFilter? filter, PageRequest page, CancellationToken ct)
    {
        var (first, last) = DerivedId.RecipientRange(campaignId);
        var rows = await store.Database.Query(
            ListRecipients, Read, ct, tenantId, campaignId, page.AfterId ?? first, last, filter?.ToString(), page.Size + 1);
        return Page.Of(rows, page.Size, row => row.Id.ToString());
    }

    static RecipientView Read(NpgsqlDataReader reader)
    {
        DateTimeOffset? At(int column) => reader.IsDBNull(column) ? null : reader.GetFieldValue<DateTimeOffset>(column);

        return new RecipientView(
            reader.GetGuid(0), reader.GetGuid(1), reader.TextOrNull(2), Enum.Parse<RecipientStatus>(reader.GetString(3), ignoreCase: true),
            reader.TextOrNull(4), reader.IsDBNull(5) ? null : reader.GetInt32(5), At(6)!.Value, At(7), At(8), At(9), At(10), At(11), At(12), At(13), At(14));
    }
}
