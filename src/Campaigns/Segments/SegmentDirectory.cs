using System.Text.Json;
using Campaigns.Audience;
using Campaigns.Http;
using Campaigns.Limits;
using Campaigns.Storage;
using Campaigns.Tenancy;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Segments;

/// <summary>A segment as the API shows it.</summary>
/// <param name="Version">What an <c>If-Match</c> names.</param>
public sealed record SegmentView(Guid Id, long Version, int Revision, string Name, Condition Condition, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    internal static SegmentView Of(StreamState<Segment> segment, StreamTimes times) => new(
        segment.Id, segment.Version, segment.State.Revision, segment.State.Definition.Name, segment.State.Definition.Condition, times.CreatedAt, times.UpdatedAt);

    /// <summary>The view of a segment that is there, with its entity tag.</summary>
    internal static async Task<SegmentView> Answer(ApiRequest request, StreamState<Segment> segment, CancellationToken ct)
    {
        request.SetETag(segment.Version);
        return Of(segment, await StreamTimes.Read(request.Store, request.TenantId, segment.Id, ct));
    }
}

/// <summary>How many contacts belong to a segment now.</summary>
/// <param name="Email">Of them, who have an e-mail address that is not suppressed.</param>
/// <param name="Sms">Of them, who have a telephone number that is not suppressed.</param>
public sealed record SegmentSize(long Contacts, long Email, long Sms);

/// <summary>The segments of an organisation, to find and to look at.</summary>
public static class SegmentDirectory
{
    static readonly string ReadSegments = Sql.Beside<Segment>(nameof(ReadSegments));
    static readonly string CountSegment = Sql.Beside<Segment>(nameof(CountSegment));
    static readonly string ReadSegmentContacts = Sql.Beside<Segment>(nameof(ReadSegmentContacts));
    static readonly string FindUnknown = Sql.Beside<Segment>(nameof(FindUnknown));
    static readonly string HoldSegments = Sql.Beside<Segment>(nameof(HoldSegments));

    internal static readonly Refusal NotFound = new("not-found", "There is no such segment.", RefusalKind.NotFound);

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/segments", List)
            .WithName("ListSegments").WithSummary("The segments, newest first").Produces<Page<SegmentView>>();
        api.MapGet("/segments/{id:guid}", Get)
            .WithName("GetSegment").WithSummary("A segment").Produces<SegmentView>().ProducesProblem(StatusCodes.Status404NotFound);
        api.MapGet("/segments/{id:guid}/size", async (Guid id, ApiRequest request, CancellationToken ct) =>
                await Find(request.Store, request.TenantId, id, ct) is { } segment
                    ? TypedResults.Ok(await Count(request.Store, request.TenantId, segment.State.Definition.Condition, ct))
                    : NotFound.ToProblem())
            .WithName("CountSegment").WithSummary("How many contacts belong to a segment now").Produces<SegmentSize>().ProducesProblem(StatusCodes.Status404NotFound);
        api.MapGet("/segments/{id:guid}/contacts", Contacts)
            .WithName("ListSegmentContacts").WithSummary("The contacts who belong to a segment now, oldest first").Produces<Page<Contact>>().ProducesProblem(StatusCodes.Status404NotFound);
        api.MapPost("/segments/size", CountCondition)
            .WithName("CountCondition").WithSummary("How many contacts fulfil a condition now; nothing is kept")
            .Produces<SegmentSize>().ProducesValidationProblem().ProducesProblem(StatusCodes.Status422UnprocessableEntity);
    }

    /// <summary>The segment, or null where the organisation has none of that id.</summary>
    public static async Task<StreamState<Segment>?> Find(IDocumentStore store, string tenantId, Guid id, CancellationToken ct) =>
        await store.Load<Segment>(tenantId, id, ct) is { State: { Revision: > 0, Deleted: false } } segment ? segment : null;

    /// <summary>Adds to the commit that writes a segment that the lists it names are there still, and stay.</summary>
    internal static void Hold(IDocumentOperations session, Guid segmentId, SegmentDefinition definition)
    {
        Guid[] lists = [.. definition.Condition.Lists];
        InUse.Hold(session, lists);
        ContactLists.Expect<Segment>(session, segmentId, lists);
    }

    /// <summary>Adds to the commit of a stream that names segments that all of them are there still.</summary>
    /// <typeparam name="T">What the stream is.</typeparam>
    internal static void Expect<T>(IDocumentOperations session, Guid streamId, Guid[] ids)
    {
        if (ids.Length > 0)
        {
            session.Expect<T>(streamId, HoldSegments, session.TenantId, ids, (long)ids.Length);
        }
    }

    public static async Task<Page<SegmentView>> ReadPage(IDocumentStore store, string tenantId, PageRequest page, CancellationToken ct)
    {
        var segments = await store.Database.Query(
            ReadSegments,
            reader => new StreamState<Segment>(
                reader.GetGuid(0), JsonSerializer.Deserialize<Segment>(reader.GetString(2), StoredJson.Options)!, reader.GetInt64(1)),
            ct, tenantId, page.AfterId ?? Guid.AllBitsSet, page.Size + 1);
        var times = await StreamTimes.Read(store, tenantId, segments.Select(segment => segment.Id), ct);
        return Page.Of([.. segments.Select(segment => SegmentView.Of(segment, times[segment.Id]))], page.Size, segment => segment.Id.ToString());
    }

    public static async Task<SegmentSize> Count(IDocumentStore store, string tenantId, Condition condition, CancellationToken ct)
    {
        var (text, values) = (await Query(store, tenantId, 0, ct)).Include(condition).Over(CountSegment, tenantId);
        return (await store.Database.QueryLong(text, reader => new SegmentSize(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2)), ct, values)).Single();
    }

    /// <summary>Contacts who fulfil a condition now, oldest first.</summary>
    public static async Task<Page<Contact>> ReadContacts(IDocumentStore store, string tenantId, Condition condition, PageRequest page, CancellationToken ct)
    {
        var query = (await Query(store, tenantId, 2, ct)).Include(condition);
        var (text, values) = query.Over(ReadSegmentContacts, tenantId, page.AfterId ?? Guid.Empty, page.Size + 1);
        return Page.Of(await store.Database.QueryLong(text, Contact.Read, ct, values), page.Size, contact => contact.Id.ToString());
    }

    /// <summary>The clock of the organisation, whose days conditions mean.</summary>
    public static async Task<TimeZoneInfo> ZoneOf(IDocumentStore store, string tenantId, CancellationToken ct) =>
        TimeZones.Zone((await store.Load<Organisation>(tenantId, Organisation.StreamId(tenantId), ct)).State.Settings.TimeZone) ?? TimeZoneInfo.Utc;

    /// <summary>Whether the lists and campaigns that a condition names are there; the refusal where one is not.</summary>
    public static async Task<Refusal?> FindUnknownReferences(IDocumentStore store, string tenantId, Condition condition, CancellationToken ct)
    {
        Guid[] lists = [.. condition.Lists], campaigns = [.. condition.Campaigns];
        if (lists.Length == 0 && campaigns.Length == 0)
        {
            return null;
        }

        var (unknownLists, unknownCampaigns) = (await store.Database.Query(
            FindUnknown, reader => (reader.GetFieldValue<Guid[]>(0), reader.GetFieldValue<Guid[]>(1)), ct, tenantId, lists, campaigns)).Single();
        return unknownLists.Length > 0 ? new Refusal("list-unknown", $"There is no list {string.Join(", ", unknownLists)}.", RefusalKind.Invalid)
            : unknownCampaigns.Length > 0 ? new Refusal("campaign-unknown", $"There is no campaign {string.Join(", ", unknownCampaigns)}.", RefusalKind.Invalid)
            : null;
    }

    static async Task<ContactQuery> Query(IDocumentStore store, string tenantId, int own, CancellationToken ct) =>
        new(store.Clock.GetUtcNow(), await ZoneOf(store, tenantId, ct), 1 + own);

    static async Task<IResult> List([AsParameters] PageRequest page, ApiRequest request, CancellationToken ct) =>
        TypedResults.Ok(await ReadPage(request.Store, request.TenantId, page, ct));

    static async Task<IResult> Get(Guid id, ApiRequest request, CancellationToken ct) =>
        await Find(request.Store, request.TenantId, id, ct) is { } segment ? TypedResults.Ok(await SegmentView.Answer(request, segment, ct)) : NotFound.ToProblem();

    static async Task<IResult> Contacts(Guid id, [AsParameters] PageRequest page, ApiRequest request, CancellationToken ct) =>
        await Find(request.Store, request.TenantId, id, ct) is { } segment
            ? TypedResults.Ok(await ReadContacts(request.Store, request.TenantId, segment.State.Definition.Condition, page, ct))
            : NotFound.ToProblem();

    static async Task<IResult> CountCondition(ConditionToCount given, ApiRequest request, CancellationToken ct)
    {
        var definition = new SegmentDefinition("-", given.Condition);
        var errors = definition.Errors();
        if (errors.Count > 0)
        {
            return Problems.Invalid(errors);
        }

        var condition = definition.Normalise().Condition;
        return await FindUnknownReferences(request.Store, request.TenantId, condition, ct) is { } unknown
            ? unknown.ToProblem()
            : TypedResults.Ok(await Count(request.Store, request.TenantId, condition, ct));
    }
}

/// <summary>A condition that no segment has yet.</summary>
public sealed record ConditionToCount(Condition Condition);
