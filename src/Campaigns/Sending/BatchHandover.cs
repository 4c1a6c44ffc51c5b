using System.Collections.Concurrent;
using Campaigns.Authoring;
using Campaigns.Consent;
using Campaigns.Engine.Events;
using Campaigns.Engine.Messages;
using Campaigns.Planning;
using Campaigns.Providers;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Campaigns.Sending;

/// <summary>Writes each recipient of a batch the message and hands it to the provider, several at a time.</summary>
public sealed class BatchHandover(
    EventStore store, IMessageProvider provider, UnsubscribeLinks links, Notifications notifications, IOptions<SendingOptions> options, ILogger<BatchHandover> log)
{
    public string Provider => provider.Name;

    /// <summary>
    /// Hands over and waits for all answers. Once told to stop, by the node, by whoever pauses the campaign or by the provider, what was not handed
    /// over yet is returned to the queue.
    /// </summary>
    public async Task<BatchResults> Send(
        string tenantId, SendBatch batch, Campaign campaign, CompiledTemplate template, IReadOnlyList<QueuedRecipient> recipients,
        IReadOnlyList<Limit> forAll, ProviderAccount account, CancellationToken ct)
    {
        var facts = new ConcurrentBag<(QueuedRecipient Recipient, object Fact)>();
        var state = new HandoverState(batch.Number, account, options.Value);
        await using (new CampaignWatch(store, notifications, tenantId, batch.CampaignId, state.Stop))
        {
            await Parallel.ForEachAsync(
                recipients,
                new ParallelOptions { MaxDegreeOfParallelism = options.Value.Concurrency, CancellationToken = CancellationToken.None },
                async (recipient, _) =>
                {
                    var fact = state.Stopped is { } reason ? new MessageReturned(batch.Number, reason)
                        : ct.IsCancellationRequested ? new MessageReturned(batch.Number, "The node stopped")
                        : await Guarded(recipient, batch, () => Send(tenantId, batch, campaign, template, recipient, state, ct));
                    facts.Add((recipient, fact));
                });
        }

        var unused = Examination.Uses([.. facts.Where(result => result.Fact is MessageReturned).Select(result => result.Recipient)], forAll);
        var results = new BatchResults
        {
            Breaker = state.Breaker,
            Account = state.Account == account ? null : state.Account,
            UnusedPermits = unused.ToDictionary(use => use.Key.Key, use => use.Value, StringComparer.Ordinal),
        };
        foreach (var (recipient, fact) in facts)
        {
            results.Add(recipient.Id, fact);
        }

        return results;
    }

    // What went wrong in a way that nobody foresaw concerns this recipient alone: the others keep their results.
    async Task<object> Guarded(QueuedRecipient recipient, SendBatch batch, Func<Task<object>> send)
    {
        try
        {
            return await send();
        }
        catch (Exception error)
        {
            Log.HandoverFailed(log, error, recipient.Id);
            return new MessageInDoubt(batch.Number, $"An unexpected {error.GetType().Name} while it was handed over");
        }
    }

    async Task<object> Send(
        string tenantId, SendBatch batch, Campaign campaign, CompiledTemplate template, QueuedRecipient recipient, HandoverState state, CancellationToken ct)
    {
        var addressee = recipient.Addressee!;
        var rendering = template.Render(addressee.Fields);
        if (rendering is Unrenderable unrenderable)
        {
            return new MessageFailed(batch.Number, FailureCategory.Content, "unrenderable", unrenderable.Why, recipient.Attempts + 1);
        }

        if (rendering is not Rendered content)
        {
            var missing = string.Join(", ", ((MissingVariables)rendering).Names);
            return new MessageFailed(batch.Number, FailureCategory.Content, "missing-variables", $"The contact has no {missing}", recipient.Attempts + 1);
        }

        var message = new OutgoingEmail(
            recipient.Id.ToString("N"), tenantId, batch.CampaignId.ToString("N"), recipient.Sender!, addressee.Email, addressee.Name,
            content.Subject, content.Html, content.Text) { Unsubscribe = links.For(tenantId, recipient.Id) };
        var result = await provider.Send(message, ct);
        return result is SendResult.Refused && ct.IsCancellationRequested
            ? new MessageReturned(batch.Number, "The node stopped")
            : state.Add(recipient, result, store.Clock.GetUtcNow());
    }
}
