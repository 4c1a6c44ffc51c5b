using Marten;
using Campaigns.Sending.Accounts;
using Campaigns.Storage;
using System.Collections.Concurrent;
using Campaigns.Authoring.Rendering;
using Campaigns.Consent;
using Campaigns.Limits;
using Campaigns.Planning;
using Campaigns.Providers;
using Campaigns.Recipients;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Campaigns.Sending;

/// <summary>Writes each recipient of a batch the message and hands it to the provider, several at a time.</summary>
public sealed class BatchHandover(
    IDocumentStore store, MessageProviders providers, Notifications notifications, MachineClock machine, MessagingOptions messaging, IOptions<SendingOptions> options,
    SendingMetrics metrics, ILogger<BatchHandover> log)
{
    /// <summary>
    /// Hands over and waits for all answers. Once told to stop, by the node, by whoever pauses the campaign, by the provider or because another node has
    /// the batch by now, what was not handed over yet is returned to the queue.
    /// </summary>
    /// <param name="claim">Under which the batch is open.</param>
    /// <param name="accounts">Follow what the providers say.</param>
    public async Task<BatchResults> Send(
        string tenantId, SendBatch batch, Guid claim, CompiledTemplate template, BatchPlan plan, ProviderAccounts accounts, CancellationToken ct)
    {
        var facts = new ConcurrentBag<(QueuedRecipient Recipient, object Fact)>();
        var suppressed = new ConcurrentBag<(Guid, string, SuppressionReason)>();
        var state = new HandoverState(batch.Number, accounts, options.Value);
        await using (var watch = new BatchWatch(store, machine, notifications, tenantId, batch.CampaignId, claim, messaging.NodeTimeout / 2, state.Stop))
        {
            while (plan.StartsAt - store.Clock.GetUtcNow() is var early && early > TimeSpan.Zero && !ct.IsCancellationRequested)
            {
                // Timers drop what is less than a millisecond.
                await Task.Delay(early + TimeSpan.FromMilliseconds(1), store.Clock, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            var began = machine.Now.GetTimestamp();
            await Parallel.ForEachAsync(
                plan.Go,
                new ParallelOptions { MaxDegreeOfParallelism = options.Value.Concurrency, CancellationToken = CancellationToken.None },
                async (recipient, _) =>
                {
                    await watch.Confirm(ct);
                    var fact = state.Stopped is { } reason ? new MessageReturned(batch.Number, reason)
                        : ct.IsCancellationRequested ? new MessageReturned(batch.Number, SendResult.Stopped.Why)
                        : await Guarded(recipient, batch, () => Send(tenantId, batch, template, plan.Letterhead!, recipient, state, suppressed, ct));
                    facts.Add((recipient, fact));
                });
            metrics.RecordDuration(machine.Now.GetElapsedTime(began));
        }

        metrics.Count(facts.Select(result => (result.Recipient.Channel, result.Fact)));
        var results = new BatchResults
        {
            Breaker = state.Breaker,
            Accounts = accounts,
            Suppressed = [.. suppressed],
            Unclaimed = [.. facts.Where(result => result is { Recipient.ClaimsAddress: true, Fact: MessageReturned or AttemptFailed }).Select(result => result.Recipient)],
            IsCut = plan.Hold is not null,
            HasTexts = facts.Any(result => result is { Recipient.Channel: Channel.Sms, Fact: MessageSent }),
            EndedAt = store.Clock.GetUtcNow(),
            UnusedPermits = plan.CountUnused(facts).ToDictionary(use => use.Key.Key, use => use.Value, StringComparer.Ordinal),
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
        string tenantId, SendBatch batch, CompiledTemplate template, Letterhead letterhead, QueuedRecipient recipient, HandoverState state,
        ConcurrentBag<(Guid, string, SuppressionReason)> suppressed, CancellationToken ct)
    {
        var addressee = recipient.Addressee!;
        var (id, group) = (recipient.Id.ToString("N"), batch.CampaignId.ToString("N"));
        OutgoingMessage message;
        Rendering rendered;
        try
        {
            rendered = template.Render(addressee.Fields, recipient.Offers, recipient.Channel, ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return new MessageReturned(batch.Number, SendResult.Stopped.Why);
        }

        switch (rendered)
        {
            case Unrenderable unrenderable:
                return new MessageFailed(batch.Number, FailureCategory.Content, unrenderable.Code, unrenderable.Why, recipient.Attempts + 1);
            case MissingVariables missing:
                return new MessageFailed(
                    batch.Number, FailureCategory.Content, MissingVariables.Code, $"The contact has no {string.Join(", ", missing.Names)}",
                    recipient.Attempts + 1);
            case RenderedText text:
                message = new OutgoingText(id, tenantId, group, recipient.Sender!.TextFrom, addressee.Phone!, text.Body);
                break;
            case Rendered own:
                var content = letterhead.AddFooter(own, template, addressee.Fields, recipient.Unsubscribe);
                message = new OutgoingEmail(
                    id, tenantId, group, recipient.Sender!.Address!, addressee.Email!, addressee.Name, content.Subject, content.Html, content.Text)
                {
                    Unsubscribe = recipient.Unsubscribe,
                };
                break;
            default:
                throw new InvalidOperationException($"A rendering is never a {rendered.GetType().Name}.");
        }

        var provider = providers.For(recipient.Channel);
        var result = await provider.Send(message, ct);
        // Who refuses a message has tried to reach nobody.
        if (result is SendResult.Refused { Suppresses: { } reason and not SuppressionReason.Unreachable })
        {
            suppressed.Add((recipient.Id, message.To, reason));
        }

        return state.Add(recipient, provider.Name, result, store.Clock.GetUtcNow());
    }
}
