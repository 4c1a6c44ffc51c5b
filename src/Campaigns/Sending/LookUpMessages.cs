using System.Collections.Concurrent;
using Campaigns.Engine;
using Campaigns.Engine.Events;
using Campaigns.Engine.Messages;
using Campaigns.Planning;
using Campaigns.Providers;
using Microsoft.Extensions.Options;

namespace Campaigns.Sending;

/// <summary>Due when the provider is to be asked about the messages of a batch whose fate nobody knows.</summary>
/// <param name="Check">Which look it is; 1 for the first.</param>
public sealed record LookUpMessages(Guid CampaignId, int Batch, int Check) : ICampaignWork;

/// <summary>
/// Asks the provider about messages in doubt, some times over half an hour: its own records lag behind. What it knows is recorded as its webhook would
/// have been; what it does not know stays in doubt.
/// </summary>
public sealed class MessageLookUp(EventStore store, IMessageProvider provider, IOptions<SendingOptions> options)
{
    /// <summary>Questions at the same time.</summary>
    const int Concurrency = 4;

    static readonly string ReadUnresolved = Sql.Beside<MessageLookUp>(nameof(ReadUnresolved));

    public async Task Handle(LookUpMessages message, Delivery delivery, CancellationToken ct)
    {
        var (first, last) = DerivedId.RecipientRange(message.CampaignId);
        var unresolved = await store.Database.Query(
            ReadUnresolved,
            reader => (Id: reader.GetGuid(0), Version: reader.GetInt64(1), Email: reader.TextOrNull(2), StartedAt: reader.GetFieldValue<DateTimeOffset>(3)),
            ct, delivery.TenantId, message.CampaignId, first, last, message.Batch);
        var found = new ConcurrentBag<(Guid Id, long Version, object Fact)>();
        await Parallel.ForEachAsync(
            unresolved.Where(recipient => recipient.Email is not null),
            new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = ct },
            async (recipient, token) =>
            {
                var question = new MessageInQuestion(recipient.Id.ToString("N"), delivery.TenantId, null, recipient.Email!, recipient.StartedAt);
                if (await provider.LookUp(question, token) is LookUpResult.Found answer)
                {
                    found.Add((recipient.Id, recipient.Version, answer.Fact));
                }
            });

        var session = delivery.OpenSession();
        foreach (var (id, version, fact) in found)
        {
            // At the version at which it was asked about: a webhook that was faster has said the same.
            session.Append<Recipient>(id, ExpectedVersion.Exactly(version), fact);
        }

        if (!found.IsEmpty)
        {
            session.Send(new CompleteCampaign(message.CampaignId));
        }

        if (found.Count < unresolved.Count && NextCheck(message, options.Value.Checks) is { } wait)
        {
            session.Send(message with { Check = message.Check + 1 }, session.Now + wait);
        }

        await session.Commit(ct);
    }

    /// <returns>The time to the check after this one; null after the last one.</returns>
    public static TimeSpan? NextCheck(LookUpMessages message, IReadOnlyList<TimeSpan> checks) =>
        message.Check < checks.Count ? checks[message.Check] - checks[message.Check - 1] : null;
}
