using Campaigns.Http;
using Campaigns.Planning;
using Campaigns.Recipients;
using Campaigns.Senders;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Insight;

/// <summary>Why somebody got the message, or did not.</summary>
public sealed class TellRecipient(IDocumentStore store)
{
    static readonly string FindRecipient = Sql.Beside<TellRecipient>(nameof(FindRecipient));
    static readonly string ReadBatches = Sql.Beside<TellRecipient>(nameof(ReadBatches));
    static readonly string ReadRetries = Sql.Beside<TellRecipient>(nameof(ReadRetries));

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapGet("/recipients/{id:guid}", async (Guid id, ApiRequest request, TellRecipient recipients, CancellationToken ct) =>
                await recipients.Tell(request.TenantId, id, ct) is { } story ? Results.Ok(story) : Problems.NotFound("recipient"))
            .WithName("GetRecipient").WithSummary("The whole story of one person in one campaign, in words").Produces<RecipientStory>()
            .ProducesProblem(StatusCodes.Status404NotFound);

    public async Task<RecipientStory?> Tell(string tenantId, Guid id, CancellationToken ct)
    {
        var found = await store.Database.Query(
            FindRecipient,
            reader => (View: CampaignRecipients.Read(reader), CampaignId: reader.GetGuid(18),
                MayNot: Eligibility.WhyNot(isDeleted: reader.GetBoolean(19), hasAddress: reader.GetBoolean(20), isSuppressed: reader.GetBoolean(21))),
            ct, tenantId, id);
        if (found is not [var (recipient, campaignId, mayNot)])
        {
            return null;
        }

        await using var session = store.QuerySession(tenantId);
        var events = await session.Events.FetchStreamAsync(id, token: ct);
        // The one whose result is not on record yet stands in the row alone.
        int[] numbers = [.. events.Select(@event => FactWords.Batch(@event.Data)).Append(recipient.Batch).OfType<int>().Distinct()];
        var batches = await store.Database.Query(ReadBatches, CampaignBatches.Read, ct, tenantId, campaignId, numbers);
        var campaign = await store.Load<Campaign>(tenantId, campaignId, ct);
        var sender = recipient.SenderId is { } senderId ? (await store.Load<Sender>(tenantId, senderId, ct)).State.Settings.Name : null;
        return RecipientStory.Of(new RecipientPast(
            recipient, campaignId, campaign.State, events, batches, await Retries(tenantId, campaignId, ct), sender, mayNot));
    }

    async Task<Dictionary<string, string>> Retries(string tenantId, Guid campaignId, CancellationToken ct)
    {
        var retries = await store.Database.Query(
            ReadRetries, reader => (By: reader.TextOrNull(0), Correlation: reader.TextOrNull(1)), ct, tenantId, campaignId);
        return retries.Where(retry => retry is { By: not null, Correlation: not null })
            .DistinctBy(retry => retry.Correlation).ToDictionary(retry => retry.Correlation!, retry => retry.By!, StringComparer.Ordinal);
    }
}
