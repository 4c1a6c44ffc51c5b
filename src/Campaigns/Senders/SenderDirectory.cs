using System.Text.Json;
using Campaigns.Http;
using Campaigns.Limits;
using Campaigns.Providers.Twilio;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Campaigns.Senders;

/// <summary>A sender as the API shows it.</summary>
/// <param name="Version">What an <c>If-Match</c> names.</param>
/// <param name="WarmUpHourlyCap">What its warm-up allows in this hour; null without one, or once it is over.</param>
/// <param name="ConfirmationUntil">Until when the link that was sent last works; null when there is none.</param>
/// <param name="Health">What its breaker goes by.</param>
public sealed record SenderView(
    Guid Id, long Version, string Name, string? Email, string? ReplyTo, string? Owner, string? Phone, string? MessagingServiceId,
    string? AlphanumericId, SenderLimits? Limits,
    WarmUp? WarmUp, int? WarmUpHourlyCap, bool Verified, DateTimeOffset? VerifiedAt, VerifiedBy? VerifiedBy, DateTimeOffset? ConfirmationUntil,
    PausedBy? PausedBy, string? Reason, bool Retired, SenderHealth Health, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    internal static SenderView Of(StreamState<Sender> sender, SenderHealth health, StreamTimes times, DateTimeOffset now)
    {
        var (state, settings) = (sender.State, sender.State.Settings);
        return new SenderView(
            sender.Id, sender.Version, settings.Name, settings.Email, settings.ReplyTo, settings.Owner, settings.Phone, settings.MessagingServiceId, settings.AlphanumericId,
            settings.Limits, settings.WarmUp, settings.WarmUp?.HourlyCap(now), state.IsVerified, state.VerifiedAt, state.VerifiedBy,
            state.Confirmation?.Until, state.PausedBy, state.Reason, state.Retired, health,
            times.CreatedAt, times.UpdatedAt);
    }

    /// <summary>The view of a sender that is there.</summary>
    internal static async Task<SenderView> Read(ApiRequest request, SenderHealths healths, StreamState<Sender> sender, CancellationToken ct) => Of(
        sender, await healths.Of(request.TenantId, sender, ct), await StreamTimes.Read(request.Store, request.TenantId, sender.Id, ct), request.Now);

    /// <summary>The answer to a command: the sender after it, with its entity tag, or the refusal.</summary>
    internal static async Task<IResult> Answer(ApiRequest request, SenderHealths healths, Decided<Sender> decided, CancellationToken ct) =>
        decided.Refusal?.ToProblem() ?? await Answer(request, healths, decided.Stream, ct);

    internal static async Task<IResult> Answer(ApiRequest request, SenderHealths healths, StreamState<Sender> sender, CancellationToken ct)
    {
        request.SetETag(sender.Version);
        return Results.Ok(await Read(request, healths, sender, ct));
    }
}

/// <summary>The senders of an organisation, to find and to look at.</summary>
public static class SenderDirectory
{
    static readonly string ReadSenders = Sql.Beside<Sender>(nameof(ReadSenders));
    static readonly string FindSenders = Sql.Beside<Sender>(nameof(FindSenders));

    static readonly Refusal NotFound = new("not-found", "There is no such sender.", RefusalKind.NotFound);

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/senders", async ([AsParameters] PageRequest page, ApiRequest request, SenderHealths healths, CancellationToken ct, bool retired = false) =>
                TypedResults.Ok(await List(request.Store, healths, request.TenantId, retired, page, ct)))
            .WithName("ListSenders").WithSummary("Who may send, newest first; retired ones too where asked for").Produces<Page<SenderView>>();
        api.MapGet("/senders/{id:guid}", async (Guid id, ApiRequest request, SenderHealths healths, CancellationToken ct) =>
            {
                var sender = await request.Store.Load<Sender>(request.TenantId, id, ct);
                return Exists(sender.State)?.ToProblem() ?? await SenderView.Answer(request, healths, sender, ct);
            })
            .WithName("GetSender").WithSummary("A sender").Produces<SenderView>().ProducesProblem(StatusCodes.Status404NotFound);
    }

    /// <param name="retired">Those too who retired.</param>
    public static async Task<Page<SenderView>> List(
        IDocumentStore store, SenderHealths healths, string tenantId, bool retired, PageRequest page, CancellationToken ct)
    {
        var senders = await store.Database.Query(ReadSenders, Read, ct, tenantId, page.AfterId ?? Guid.AllBitsSet, retired, page.Size + 1);
        var (health, now) = (await healths.Of(tenantId, senders, ct), store.Clock.GetUtcNow());
        var times = await StreamTimes.Read(store, tenantId, senders.Select(sender => sender.Id), ct);
        return Page.Of([.. senders.Select(sender => SenderView.Of(sender, health[sender.Id], times[sender.Id], now))], page.Size, sender => sender.Id.ToString());
    }

    /// <summary>Those with these ids, and whoever has the address now.</summary>
    public static Task<List<StreamState<Sender>>> Find(IDocumentStore store, string tenantId, IReadOnlyList<Guid> ids, string? email, CancellationToken ct) =>
        store.Database.Query(FindSenders, Read, ct, tenantId, ids.ToArray(), email);

    internal static Refusal? Exists(Sender sender) => sender.Settings.Name.Length == 0 ? NotFound : null;

    /// <summary>Whoever retired does nothing any more.</summary>
    internal static Refusal? IsActive(Sender sender) => Exists(sender) ?? (sender.Retired
        ? new Refusal("sender-retired", "The sender is retired, which is for good. Add a new one.")
        : null);

    /// <summary>A number of an account that several organisations share may be anybody's.</summary>
    internal static async Task<Refusal?> IsForeign(SenderSettings settings, TwilioAccounts accounts, ApiRequest request, CancellationToken ct) =>
        settings.TextFrom is not null && await accounts.For(request.TenantId, ct) is { IsOwn: false }
            ? new Refusal(
                "account-shared", "Your organisation has no Twilio account of its own, in which it could have a number: PUT /api/v1/credentials/twilio.")
            : null;

    /// <summary>Somebody else has the address.</summary>
    internal static async Task<Refusal?> IsTaken(SenderSettings settings, Guid id, ApiRequest request, CancellationToken ct) =>
        settings.Email is not null && (await Find(request.Store, request.TenantId, [], settings.Email, ct)).Find(sender => sender.Id != id) is { } other
            ? new Refusal("sender-exists", $"The sender {other.Id} has this address. Change that one, or retire it first.")
            : null;

    static StreamState<Sender> Read(NpgsqlDataReader reader) => new(
        reader.GetGuid(0), JsonSerializer.Deserialize<Sender>(reader.GetString(2), StoredJson.Options)!, reader.GetInt64(1));
}
