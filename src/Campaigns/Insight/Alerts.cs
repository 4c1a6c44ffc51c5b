using Marten;
using Campaigns.Storage;
using JasperFx.Events;
using Campaigns.Http;
using Campaigns.Limits;
using Campaigns.Planning;
using Campaigns.Senders;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Campaigns.Insight;

/// <summary>What waits for a person: campaigns and senders that a breaker paused, until somebody does something about them. Inline.</summary>
public sealed class Alerts() : InlineProjection("alerts")
{
    static readonly string RaiseAlerts = Sql.Beside<Alerts>(nameof(RaiseAlerts));
    static readonly string ResolveAlerts = Sql.Beside<Alerts>(nameof(ResolveAlerts));
    static readonly string CountAlerts = Sql.Beside<Alerts>(nameof(CountAlerts));
    static readonly string ListAlerts = Sql.Beside<Alerts>(nameof(ListAlerts));

    public override IReadOnlyList<string> Tables { get; } = ["alerts"];

    public override IReadOnlyList<Type> Facts { get; } =
    [
        typeof(CampaignPaused), typeof(CampaignResumed), typeof(CampaignCancelled), typeof(CampaignScheduled),
        typeof(SenderPaused), typeof(SenderResumed), typeof(SenderRetired),
    ];

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/alerts", async ([AsParameters] PageRequest page, ApiRequest request, CancellationToken ct, bool open = false) =>
                TypedResults.Ok(await List(request.Store, request.TenantId, open, page, ct)))
            .WithName("ListAlerts").WithSummary("What a breaker stopped and a person has to look at, the newest first");

    /// <param name="open">Only those that wait.</param>
    public static async Task<Page<AlertView>> List(IDocumentStore store, string tenantId, bool open, PageRequest page, CancellationToken ct)
    {
        var rows = await store.Database.Query(ListAlerts, Read, ct, tenantId, page.AfterId ?? Guid.AllBitsSet, open, page.Size + 1);
        return Page.Of(rows, page.Size, row => row.Id.ToString());
    }

    /// <summary>How many wait.</summary>
    public static async Task<long> CountOpen(IDocumentStore store, string tenantId, CancellationToken ct) =>
        (await store.Database.Query(CountAlerts, reader => reader.GetInt64(0), ct, tenantId)).Single();

    static AlertView Read(NpgsqlDataReader reader) => new(
        reader.GetGuid(0), reader.ValueOrNull<Guid>(1), reader.ValueOrNull<Guid>(2), reader.TextOrNull(3),
        reader.GetString(4), reader.GetFieldValue<DateTimeOffset>(5), reader.ValueOrNull<DateTimeOffset>(6));

    protected override void Apply(IReadOnlyList<IEvent> events, IDocumentOperations sql)
    {
        void Raise(IEvent @event, string reason, Guid? campaign, Guid? sender) => sql.Sql(
            RaiseAlerts, @event.TenantId, @event.Id, campaign, sender, reason, @event.Timestamp);

        foreach (var @event in events)
        {
            switch (@event.Data)
            {
                case CampaignPaused { By: PausedBy.Breaker } paused:
                    Raise(@event, paused.Reason, campaign: @event.StreamId, sender: null);
                    break;
                case SenderPaused { By: PausedBy.Breaker } paused:
                    Raise(@event, paused.Reason, campaign: null, sender: @event.StreamId);
                    break;
                case CampaignResumed or CampaignCancelled or CampaignScheduled or SenderResumed or SenderRetired:
                    sql.Sql(ResolveAlerts, @event.TenantId, @event.StreamId, @event.Timestamp);
                    break;
            }
        }
    }
}

/// <param name="CampaignId">What was stopped, where it is a campaign.</param>
/// <param name="SenderId">Where it is a sender.</param>
/// <param name="Name">Of the one or the other, as it is now.</param>
/// <param name="ResolvedAt">When a person resumed it, cancelled the campaign or retired the sender; null while it waits.</param>
public sealed record AlertView(Guid Id, Guid? CampaignId, Guid? SenderId, string? Name, string Reason, DateTimeOffset RaisedAt, DateTimeOffset? ResolvedAt);
