using Campaigns.Http;
using Campaigns.Recipients;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Wolverine;

namespace Campaigns.Planning;

/// <summary>Sends again to those whose message failed or is in doubt, never to one that was sent.</summary>
/// <param name="Count">How many it concerns at this moment.</param>
public sealed record RetryCampaign(Guid CampaignId, Retry Which, long Count);

public static class RetryCampaignHandler
{
    public static async Task<(Decided<Campaign>, OutgoingMessages)> Handle(RetryCampaign command, IDocumentSession session, Caller caller, CancellationToken ct)
    {
        var campaign = await session.Events.FetchForWriting<Campaign>(command.CampaignId, ct);
        return caller.Record(campaign, Decide(campaign.State(), command.CampaignId, command.Which, command.Count));
    }

    /// <param name="count">How many it concerns at this moment.</param>
    public static Outcome Decide(Campaign campaign, Guid id, Retry which, long count)
    {
        if (CampaignRules.Exists(campaign) is { } refusal)
        {
            return Outcome.Refuse(refusal);
        }

        return campaign switch
        {
            { Archived: true } => Refuse("The campaign is archived: nothing goes out any more."),
            { IsLaunched: false } or { Status: CampaignStatus.Cancelled } =>
                Refuse($"The campaign is {CampaignRules.Words(campaign.Status)}. Retried is one that is sending, paused, or has ended with some left out."),
            { Retrying: { } already } => Outcome.Refuse(new Refusal(
                "retry-under-way", $"{already} recipients are being queued again at this moment. Try again when that is done.")),
            { Status: CampaignStatus.Completed } => Outcome.Nothing, // everybody was sent to
            _ when count == 0 => Outcome.Nothing,
            _ => Outcome.Record(new CampaignRetried(which, count)).Send(new RequeueRecipients(id, which)),
        };
    }

    static Outcome Refuse(string why) => Outcome.Refuse(new Refusal("campaign-not-retryable", why));
}

/// <summary>The way in over HTTP.</summary>
public static class RetryCampaignEndpoints
{
    public const int MostRecipients = 1000;

    /// <summary>Names that a refusal goes into.</summary>
    const int MostExplained = 10;

    static readonly string CountRetryable = Sql.Beside<RetryCampaign>(nameof(CountRetryable));
    static readonly string ReadStatuses = Sql.Beside<RetryCampaign>(nameof(ReadStatuses));

    /// <summary>What is wrong with the body, by member.</summary>
    public static Dictionary<string, string[]> Errors(RetryInput input)
    {
        var errors = new Dictionary<string, string[]>();
        if (input.Recipients is not { } recipients)
        {
            return errors;
        }

        if (recipients.Count is 0 or > MostRecipients)
        {
            errors["recipients"] = [$"Name 1 to {MostRecipients} recipients."];
        }

        const string namedAlready = "Leave it out: recipients says which.";
        if (input.Failed is not null)
        {
            errors["failed"] = [namedAlready];
        }

        if (input.InDoubt)
        {
            errors["inDoubt"] = [namedAlready];
        }

        return errors;
    }

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/campaigns/{id:guid}/retry", Handle).WithName(nameof(RetryCampaign))
            .WithSummary("Send again to those whose message failed or is in doubt, never to one that was sent")
            .Produces<RetryAnswer>(StatusCodes.Status202Accepted).Produces<RetryAnswer>().ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);

    static async Task<IResult> Handle(Guid id, RetryInput? input, ApiRequest request, CancellationToken ct)
    {
        if (Errors(input ??= new RetryInput()) is { Count: > 0 } errors)
        {
            return Problems.Invalid(errors);
        }

        var which = Retry.Of(input);
        var leftOut = new List<LeftOut>();
        long count;
        if (which.Recipients is { } named)
        {
            var statuses = await Statuses(request.Store, request.TenantId, id, named, ct);
            if (named.Where(recipient => !statuses.ContainsKey(recipient)).Take(MostExplained).ToList() is { Count: > 0 } unknown)
            {
                return CampaignRules.Exists((await request.Store.Load<Campaign>(request.TenantId, id, ct)).State)?.ToProblem() ?? Problems.Invalid(
                    new Dictionary<string, string[]> { ["recipients"] = [.. unknown.Select(recipient => $"{recipient} is no recipient of this campaign.")] });
            }

            leftOut.AddRange(statuses
                .Where(row => row.Value is not (RecipientStatus.Failed or RecipientStatus.InDoubt))
                .Select(row => new LeftOut(row.Key, row.Value)));
            count = named.Count - leftOut.Count;
        }
        else
        {
            count = await Count(request.Store, request.TenantId, id, which, ct);
        }

        var decided = await request.Decide<Campaign>(new RetryCampaign(id, which, count), ct);
        if (decided.Refusal is { } refusal)
        {
            return refusal.ToProblem();
        }

        var progress = $"/api/v1/campaigns/{id}/progress";
        var answer = new RetryAnswer(
            id, count, leftOut.Count > 0 ? leftOut : null, progress,
            count > 0 ? null : "Of those who were asked for nobody failed or is in doubt. Whoever was sent to is not sent to again, also where it came back.");
        return count > 0 ? Results.Accepted(progress, answer) : Results.Ok(answer);
    }

    /// <summary>How many failed or are in doubt at this moment, by what a retry says of them rather than by name.</summary>
    public static async Task<long> Count(IDocumentStore store, string tenantId, Guid campaignId, Retry which, CancellationToken ct)
    {
        var (first, last) = DerivedId.RecipientRange(campaignId);
        var counts = await store.Database.Query(
            CountRetryable, reader => reader.GetInt64(0), ct, tenantId, campaignId, first, last, which.Failed?.ToString(), which.InDoubt);
        return counts.Single();
    }

    /// <summary>Where these are; without those that are no recipients of the campaign.</summary>
    static async Task<IReadOnlyDictionary<Guid, RecipientStatus>> Statuses(
        IDocumentStore store, string tenantId, Guid campaignId, IReadOnlyList<Guid> recipients, CancellationToken ct)
    {
        var rows = await store.Database.Query(
            ReadStatuses, reader => (Id: reader.GetGuid(0), Status: Enum.Parse<RecipientStatus>(reader.GetString(1), ignoreCase: true)), ct,
            tenantId, campaignId, recipients.ToArray());
        return rows.ToDictionary(row => row.Id, row => row.Status);
    }
}

/// <summary>Who is to be tried again. Nothing said: those that failed for a passing reason.</summary>
/// <param name="Failed">Of those that failed; left out where something else is named, none of them.</param>
/// <param name="InDoubt">Also everybody in doubt. They may get it twice.</param>
/// <param name="Recipients">Exactly these, failed or in doubt. Those in doubt may get it twice.</param>
public sealed record RetryInput(RetryFailed? Failed = null, bool InDoubt = false, IReadOnlyList<Guid>? Recipients = null);

/// <summary>
/// Temporary: failed for a passing reason. Curable: for any but that their address is at fault, which no retry mends. All: for whatever reason.
/// </summary>
public enum RetryFailed { Temporary, All, Curable }

/// <summary>Whom a retry asks for. Stored in events and messages: members may be added, never renamed.</summary>
/// <param name="Failed">Null: none of the failed, beside those that <paramref name="Recipients"/> names.</param>
public sealed record Retry(RetryFailed? Failed, bool InDoubt = false, IReadOnlyList<Guid>? Recipients = null)
{
    public static Retry Of(RetryInput input) => input switch
    {
        { Recipients: { } recipients } => new Retry(null, Recipients: [.. recipients.Distinct()]),
        { Failed: null, InDoubt: false } => new Retry(RetryFailed.Temporary),
        _ => new Retry(input.Failed, input.InDoubt),
    };
}

/// <param name="Recipients">How many are tried again; 0 when there is nobody to try again, and then nothing follows.</param>
/// <param name="LeftOut">Those of the named that are neither failed nor in doubt.</param>
/// <param name="Progress">Where to follow it.</param>
/// <param name="Reason">Why there is nobody; null where there is somebody.</param>
public sealed record RetryAnswer(
    Guid CampaignId,
    long Recipients,
    IReadOnlyList<LeftOut>? LeftOut,
    string Progress,
    string? Reason);

/// <param name="Status">Why: where this recipient is.</param>
public sealed record LeftOut(Guid Id, RecipientStatus Status);
