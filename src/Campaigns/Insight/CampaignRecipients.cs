using Marten;
using Campaigns.Storage;
using System.Runtime.CompilerServices;
using Campaigns.Http;
using Campaigns.Planning;
using Campaigns.Recipients;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Campaigns.Insight;

/// <summary>One person in one campaign: where the message is, why, and what was heard since.</summary>
/// <param name="SenderId">Who writes, or was about to in the last batch; null for no sender of the organisation's.</param>
public sealed record RecipientView(
    Guid Id, Guid ContactId, string? Email, RecipientStatus Status, string? Reason, int? Batch, DateTimeOffset QueuedAt, DateTimeOffset? SentAt,
    DateTimeOffset? DeliveredAt, DateTimeOffset? OpenedAt, DateTimeOffset? ClickedAt, DateTimeOffset? BouncedAt, DateTimeOffset? ComplainedAt,
    DateTimeOffset? UnsubscribedAt, DateTimeOffset? TimedOutAt, Channel Channel = Channel.Email, string? Phone = null,
    Guid? SenderId = null);

/// <summary>The states of the ledger, and the facts beside them, that a list of recipients can be narrowed to.</summary>
public enum RecipientFilter
{
    Queued, Skipped, Sending, Sent, Failed, InDoubt, Delivered, Opened, Clicked,

    /// <summary>Texts that were not delivered are among them.</summary>
    Bounced,

    /// <summary>Those texts alone.</summary>
    Undelivered, Complained, Unsubscribed, TimedOut,
}

public sealed class CampaignRecipients(IDocumentStore store)
{
    static readonly string ListRecipients = Sql.Beside<CampaignRecipients>(nameof(ListRecipients));

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/campaigns/{id:guid}/recipients", Handle)
            .WithName("ListRecipients").WithSummary("Who got it, who did not, and why; as csv or ndjson all of them at once").Produces<Page<RecipientView>>()
            .WithMetadata(new OtherFormats(ListFormats.Csv, ListFormats.Ndjson))
            .ProducesProblem(StatusCodes.Status404NotFound);

    static async Task<IResult> Handle(
        Guid id, Word<RecipientFilter>? status, Word<ListFormat>? format, [AsParameters] PageRequest page, ApiRequest request,
        CampaignRecipients recipients, IOptions<JsonOptions> json, HttpContext http, CancellationToken ct)
    {
        var (tenantId, filter) = (request.TenantId, status?.Value);
        if (CampaignRules.Exists((await request.Store.Load<Campaign>(tenantId, id, ct)).State) is { } refusal)
        {
            return refusal.ToProblem();
        }

        var name = $"recipients-{id}";
        return ListFormats.Of(http.Request, format) switch
        {
            ListFormat.Csv => TypedResults.Stream(
                body => RecipientExport.WriteCsv(recipients.All(tenantId, id, filter, ct), body, ct), $"{ListFormats.Csv}; charset=utf-8", name + ".csv"),
            ListFormat.Ndjson => TypedResults.Stream(
                body => RecipientExport.WriteNdjson(recipients.All(tenantId, id, filter, ct), json.Value.SerializerOptions, body, ct),
                ListFormats.Ndjson, name + ".ndjson"),
            _ => Results.Ok(await recipients.List(tenantId, id, filter, page, ct)),
        };
    }

    public async Task<Page<RecipientView>> List(string tenantId, Guid campaignId, RecipientFilter? filter, PageRequest page, CancellationToken ct)
    {
        var rows = await Read(tenantId, campaignId, filter, page.AfterId, page.Size + 1, ct);
        return Page.Of(rows, page.Size, row => row.Id.ToString());
    }

    /// <summary>All of them, a page in memory at a time.</summary>
    public async IAsyncEnumerable<RecipientView> All(
        string tenantId, Guid campaignId, RecipientFilter? filter, [EnumeratorCancellation] CancellationToken ct)
    {
        List<RecipientView> rows;
        Guid? after = null;
        do
        {
            rows = await Read(tenantId, campaignId, filter, after, PageRequest.LargestLimit, ct);
            foreach (var row in rows)
            {
                yield return row;
                after = row.Id;
            }
        }
        while (rows.Count == PageRequest.LargestLimit);
    }

    Task<List<RecipientView>> Read(string tenantId, Guid campaignId, RecipientFilter? filter, Guid? after, int atMost, CancellationToken ct)
    {
        var (first, last) = DerivedId.RecipientRange(campaignId);
        return store.Database.Query(ListRecipients, Read, ct, tenantId, campaignId, after ?? first, last, filter?.ToString(), atMost);
    }

    internal static RecipientView Read(NpgsqlDataReader reader)
    {
        DateTimeOffset? At(int column) => reader.ValueOrNull<DateTimeOffset>(column);

        return new RecipientView(
            reader.GetGuid(0), reader.GetGuid(1), reader.TextOrNull(2), reader.Word<RecipientStatus>(3), reader.TextOrNull(4),
            reader.ValueOrNull<int>(5), reader.GetFieldValue<DateTimeOffset>(6), At(7), At(8), At(9), At(10), At(11), At(12), At(13), At(14),
            reader.Word<Channel>(15), reader.TextOrNull(16), reader.ValueOrNull<Guid>(17));
    }
}
