using System.Collections.Concurrent;
using Campaigns.Audience;
using Campaigns.Authoring;
using Campaigns.Engine;
using Campaigns.Engine.Events;
using Campaigns.Planning;
using Campaigns.Providers;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Campaigns.Sending;

/// <summary>Finds the recipients of a batch, writes each his message and hands them to the provider, several at a time.</summary>
public sealed class BatchHandover(EventStore store, MessageProviders providers, IOptions<SendingOptions> options, ILogger<BatchHandover> log)
{
    /// <summary>Attempts at a message that the provider refuses for a passing reason.</summary>
    const int Attempts = 4;

    static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(30);

    static readonly string NextRecipients = Sql.Beside<BatchHandover>(nameof(NextRecipients));

    /// <summary>The next ones in the queue, with what is needed to write to them, or the reason not to.</summary>
    public async Task<List<QueuedRecipient>> Next(string tenantId, StreamState<Campaign> campaign, int size, CancellationToken ct)
    {
        var (first, last) = DerivedId.RecipientRange(campaign.Id);
        return await store.Database.Query(
            NextRecipients, Read, ct, tenantId, campaign.Id, campaign.State.LastRecipient ?? first, last, size);
    }

    /// <summary>Hands over and waits for all answers. Once told to stop, what was not handed over yet is returned to the queue.</summary>
    public async Task<BatchResults> Send(
        string tenantId, SendBatch batch, Campaign campaign, CompiledTemplate template, List<QueuedRecipient> recipients, CancellationToken ct)
    {
        var facts = new ConcurrentBag<(Guid, object)>();
        string? breaker = null;
        await Parallel.ForEachAsync(
            recipients,
            new ParallelOptions { MaxDegreeOfParallelism = options.Value.Concurrency, CancellationToken = CancellationToken.None },
            async (recipient, _) =>
            {
                var fact = Volatile.Read(ref breaker) is { } reason ? new MessageReturned(batch.Number, reason)
                    : ct.IsCancellationRequested ? new MessageReturned(batch.Number, "The node stopped")
                    : await Guarded(recipient, batch, () => Send(
                        tenantId, batch, campaign, template, recipient, tripped => Volatile.Write(ref breaker, tripped), ct));
                facts.Add((recipient.Id, fact));
            });

        var results = new BatchResults { Breaker = breaker };
        foreach (var (recipient, fact) in facts)
        {
            results.Add(recipient, fact);
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
        string tenantId, SendBatch batch, Campaign campaign, CompiledTemplate template, QueuedRecipient recipient, Action<string> trip, CancellationToken ct)
    {
        var addressee = recipient.Addressee!;
        var rendering = template.Render(addressee.Fields, recipient.Channel);
        if (rendering is Unrenderable unrenderable)
        {
            return new MessageFailed(batch.Number, FailureCategory.Content, "unrenderable", unrenderable.Why);
        }

        if (rendering is MissingVariables missing)
        {
            return new MessageFailed(batch.Number, FailureCategory.Content, "missing-variables", $"The contact has no {string.Join(", ", missing.Names)}");
        }

        var (id, group) = (recipient.Id.ToString("N"), batch.CampaignId.ToString("N"));
        OutgoingMessage message = rendering switch
        {
            RenderedText text => new OutgoingText(id, tenantId, group, From: null, addressee.Phone!, text.Body),
            Rendered content => new OutgoingEmail(
                id, tenantId, group, campaign.Settings.From!, addressee.Email, addressee.Name, content.Subject, content.Html, content.Text),
            _ => throw new InvalidOperationException($"A rendering is never a {rendering.GetType().Name}."),
        };
        for (var attempt = 1; ; attempt++)
        {
            switch (await providers.For(recipient.Channel).Send(message, ct))
            {
                case SendResult.Accepted accepted:
                    return new MessageSent(batch.Number, accepted.ProviderMessageId);
                case SendResult.InDoubt doubt:
                    return new MessageInDoubt(batch.Number, doubt.Why);
                case SendResult.Refused { Category: FailureCategory.Configuration } refused:
                    trip($"The provider refuses our account or sender: {refused.Code} {refused.Text}");
                    return new MessageReturned(batch.Number, refused.Text);
                case SendResult.Refused { Category: FailureCategory.Temporary } refused when attempt == Attempts:
                    trip($"The provider cannot be used now: {refused.Code} {refused.Text}");
                    return new MessageReturned(batch.Number, refused.Text);
                case SendResult.Refused { Category: FailureCategory.Temporary } refused:
                    await Wait(refused.RetryAfter ?? FirstRetry * Math.Pow(2, attempt - 1), ct);
                    if (ct.IsCancellationRequested)
                    {
                        return new MessageReturned(batch.Number, "The node stopped");
                    }

                    break;
                case SendResult.Refused refused:
                    return new MessageFailed(batch.Number, refused.Category, refused.Code, refused.Text);
            }
        }
    }

    async Task Wait(TimeSpan wait, CancellationToken ct) =>
        await Task.Delay(wait < LongestRetry ? wait : LongestRetry, store.Clock, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    static QueuedRecipient Read(NpgsqlDataReader reader)
    {
        var id = reader.GetGuid(0);
        if (reader.IsDBNull(1))
        {
            return new QueuedRecipient(id, null, SkipReason.ContactDeleted, null);
        }

        var (email, firstName, lastName, phone) = (reader.GetString(2), reader.TextOrNull(3), reader.TextOrNull(4), reader.TextOrNull(10));
        var channel = Enum.Parse<Channel>(reader.GetString(9), ignoreCase: true);
        var addressee = new Addressee(
            email, $"{firstName} {lastName}".Trim(), Contact.MergeFields(email, phone, firstName, lastName, reader.TextOrNull(5), reader.GetString(6)), phone);
        SkipReason? mayNot = channel == Channel.Sms && phone is null ? SkipReason.NoAddress : reader.GetBoolean(7) ? SkipReason.Suppressed : null;
        return new QueuedRecipient(id, addressee, mayNot, reader.IsDBNull(8) ? null : reader.GetInt64(8), channel);
    }
}

/// <param name="MayNot">Why this person must not be written to; null when it is fine.</param>
/// <param name="TriedVersion">At which version the stream of one who was in a batch before was seen in the queue; null for everybody else.</param>
public sealed record QueuedRecipient(Guid Id, Addressee? Addressee, SkipReason? MayNot, long? TriedVersion, Channel Channel = Channel.Email);

/// <param name="Fields">What the template can name.</param>
/// <param name="Phone">E.164; null where there is none.</param>
public sealed record Addressee(string Email, string Name, IReadOnlyDictionary<string, string?> Fields, string? Phone = null);
