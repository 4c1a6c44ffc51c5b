using System.Collections.Concurrent;
using System.Threading.Channels;
using Campaigns.Engine.Events;
using Microsoft.Extensions.Logging;

namespace Campaigns.Engine.Messages;

/// <summary>Works on one queue: one claimer ahead of a few handlers. Memory is bounded by what may be claimed, whatever waits.</summary>
sealed class QueueWorker(
    string queue, QueueOptions options, EventStore store, MessageStore messages, MessageHandling handling, ILogger log)
{
    /// <summary>How long a queue is left unwatched when nothing rings: the safety net under the notifications.</summary>
    internal static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    /// <summary>How often a claim begins with one of the less urgent, in turn, so that none is ever starved.</summary>
    const int OthersFirstEvery = 10;

    static readonly Priority[] UrgentFirst = [Priority.Urgent, Priority.Normal, Priority.Background];
    static readonly Priority[][] OthersFirst =
        [[Priority.Normal, Priority.Background, Priority.Urgent], [Priority.Background, Priority.Normal, Priority.Urgent]];

    readonly int mostAttempts = store.Model.MostAttempts(options.Retry);
    readonly string[] kinds = store.Model.MessageKinds;
    readonly Signal wake = new();
    readonly Signal room = new();
    readonly Outage outage = new(store.Clock);
    readonly ConcurrentDictionary<Batch, bool> inHand = new();
    int held;
    int claims;

    int Places => options.Concurrency + options.Prefetch;

    /// <summary>More is claimed when no more than this is held: half the messages ahead at a time, instead of one for each that ends.</summary>
    int FewEnough => options.Concurrency + (options.Prefetch / 2) - 1;

    /// <summary>Claims what is due, up to a limit, and handles it.</summary>
    /// <returns>The number of messages handled.</returns>
    public async Task<int> RunOnce(int limit, CancellationToken ct)
    {
        var (_, batches) = await Claim(limit, ct);
        var handled = batches.Sum(batch => batch.Messages.Count);
        await WhileRenewing(() => Parallel.ForEachAsync(
            batches,
            new ParallelOptions { MaxDegreeOfParallelism = options.Concurrency },
            async (batch, _) => await Handle(batch, ct, ct)));
        return handled;
    }

    /// <summary>Works until <paramref name="stopping"/>; then handlers may finish until <paramref name="deadline"/>, and the rest is given back.</summary>
    public async Task Run(CancellationToken stopping, CancellationToken deadline)
    {
        using var ring = store.Notifications.Subscribe(Notifications.QueueTopic(queue), wake.Ring);
        var claimed = Channel.CreateUnbounded<Batch>(); // bounded by the places
        await WhileRenewing(() => Task.WhenAll(
            Enumerable.Range(0, options.Concurrency).Select(_ => HandleAll(claimed.Reader, stopping, deadline)).Prepend(ClaimAhead(claimed, stopping))));
    }

    async Task ClaimAhead(Channel<Batch> claimed, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                while (Volatile.Read(ref held) > FewEnough)
                {
                    await room.Wait(stopping);
                }

                // Not to be cancelled: a claim whose answer is lost would hold its messages back until the lease ends.
                var free = Places - Volatile.Read(ref held);
                var (taken, batches) = await Claim(free, CancellationToken.None);
                batches.ForEach(batch => claimed.Writer.TryWrite(batch));
                if (taken < free)
                {
                    await WaitForMore(stopping);
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                break;
            }
            catch (Exception error)
            {
                // Whatever it was: without its claimer the queue would stand still until the next start.
                if (outage.IsNews(error))
                {
                    Log.ClaimingFailed(log, error, queue);
                }

                await Task.Delay(LongestWait, store.Clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        claimed.Writer.Complete();
        await GiveBackRest(claimed.Reader);
    }

    // All at once, and now: others can have them while the handlers of this node come to their end.
    async Task GiveBackRest(ChannelReader<Batch> claimed)
    {
        var rest = new List<Batch>();
        while (claimed.TryRead(out var batch))
        {
            rest.Add(batch);
        }

        if (rest.Count > 0)
        {
            await End(rest, () => GiveBack(rest, begun: false));
        }
    }

    async Task WaitForMore(CancellationToken stopping)
    {
        var next = await messages.NextDue(queue, kinds, stopping);
        var wait = next is { } due ? due - store.Clock.GetUtcNow() : LongestWait;
        if (wait > TimeSpan.Zero)
        {
            await wake.Wait(wait < LongestWait ? wait : LongestWait, store.Clock, stopping);
        }
    }

    /// <returns>The number of messages claimed, and those of them to be handled, in batches.</returns>
    async Task<(int Claimed, List<Batch> Batches)> Claim(int limit, CancellationToken ct)
    {
        var (turn, rest) = Math.DivRem((uint)Interlocked.Increment(ref claims), OthersFirstEvery);
        var priorities = rest == 0 ? OthersFirst[turn % OthersFirst.Length] : UrgentFirst;
        var claimed = await messages.Claim(queue, kinds, priorities, limit, options.Lease, ct);

        // One that ends its node each time would take with it, attempt by attempt, all that is claimed ahead of the handlers. So of those
        // that were lost repeatedly no more are held than handlers can have in hand.
        var room = options.Concurrency - inHand.Keys.Count(batch => batch.IsSuspect);
        var batches = TakeInHand(claimed);
        var surplus = batches.Where(batch => batch.IsSuspect).Skip(Math.Max(0, room)).ToList();
        if (surplus.Count > 0)
        {
            await End(surplus, () => GiveBack(surplus, begun: false, store.Clock.GetUtcNow() + LongestWait));
        }

        return (claimed.Count, [.. batches.Except(surplus)]);
    }

    // The last attempt is made alone: a message that ends the node each time takes no others with it, and is dead in the end.
    List<Batch> TakeInHand(IReadOnlyList<ClaimedMessage> claimed) => TakeInHand(
        claimed.GroupBy(message => (message.Priority, message.Kind, message.TenantId, Alone: message.Lost > 0 && message.Attempts >= mostAttempts))
            .SelectMany(same => same.Chunk(same.Key.Alone ? 1 : store.Model.MessageKind(same.Key.Kind).AtOnce)));

    List<Batch> TakeInHand(IEnumerable<ClaimedMessage[]> together)
    {
        var batches = together.Select(some => new Batch(some)).ToList();
        batches.ForEach(batch => inHand.TryAdd(batch, true));
        Interlocked.Add(ref held, batches.Sum(batch => batch.Messages.Count));
        return batches;
    }

    async Task HandleAll(ChannelReader<Batch> claimed, CancellationToken stopping, CancellationToken deadline)
    {
        await foreach (var batch in claimed.ReadAllAsync(CancellationToken.None))
        {
            await Handle(batch, stopping, deadline);
        }
    }

    async Task Handle(Batch batch, CancellationToken stopping, CancellationToken deadline)
    {
        List<Batch> apart = [];
        await End([batch], async () =>
        {
            if (stopping.IsCancellationRequested)
            {
                await GiveBack([batch], begun: false);
                return;
            }

            using var either = CancellationTokenSource.CreateLinkedTokenSource(batch.Lost.Token, deadline);
            try
            {
                if (!await handling.Handle(batch.Messages, options, either.Token))
                {
                    apart = TakeInHand(batch.Messages.Chunk(1));
                }
            }
            catch (OperationCanceledException) when (either.IsCancellationRequested)
            {
                await GiveBack([batch], begun: true);
            }
        });

        // Each with a claim of its own to lose: that one of them has ended must stop no other.
        foreach (var one in apart)
        {
            await Handle(one, stopping, deadline);
        }
    }

    Task GiveBack(IReadOnlyList<Batch> batches, bool begun, DateTimeOffset? due = null) =>
        messages.GiveBack([.. batches.SelectMany(batch => batch.Messages)], begun, due, CancellationToken.None);

    /// <summary>Does the last that this node does with some messages.</summary>
    async Task End(IReadOnlyList<Batch> batches, Func<Task> last)
    {
        var count = batches.Sum(batch => batch.Messages.Count);
        try
        {
            await last();
        }
        catch (Exception error)
        {
            // It could not be written down: their leases end and they come again.
            if (outage.IsNews(error))
            {
                Log.EndNotRecorded(log, error, count, queue);
            }
        }
        finally
        {
            foreach (var batch in batches)
            {
                inHand.TryRemove(batch, out _);
            }

            if (Interlocked.Add(ref held, -count) <= FewEnough)
            {
                room.Ring();
            }
        }
    }

    async Task WhileRenewing(Func<Task> work)
    {
        using var ended = new CancellationTokenSource();
        var renewal = Renew(ended.Token);
        try
        {
            await work();
        }
        finally
        {
            await ended.CancelAsync();
            await renewal;
        }
    }

    async Task Renew(CancellationToken ended)
    {
        using var timer = new PeriodicTimer(options.Lease / 3, store.Clock);
        while (!ended.IsCancellationRequested)
        {
            try
            {
                await timer.WaitForNextTickAsync(ended);
                await RenewClaims(ended);
            }
            catch (OperationCanceledException) when (ended.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                if (outage.IsNews(error))
                {
                    Log.RenewalFailed(log, error, queue);
                }
            }
        }
    }

    async Task RenewClaims(CancellationToken ct)
    {
        var batches = inHand.Keys;
        if (batches.Count == 0)
        {
            return;
        }

        var ours = await messages.Renew([.. batches.SelectMany(batch => batch.Messages)], options.Lease, ct);
        foreach (var batch in batches.Where(batch => !batch.Messages.All(message => ours.Contains((message.Id, message.ClaimId)))))
        {
            // Somebody else has one of them, or its commit has just ended them: then there is nothing left to stop.
            await batch.Lost.CancelAsync();
        }
    }

    /// <summary>Messages that go to a handler together.</summary>
    sealed class Batch(IReadOnlyList<ClaimedMessage> messages)
    {
        public IReadOnlyList<ClaimedMessage> Messages => messages;

        /// <summary>Perhaps it is what ended the nodes that had it.</summary>
        public bool IsSuspect { get; } = messages.Any(message => message.Lost > 1);

        /// <summary>Cancelled when another worker has one of the messages. Never disposed: it holds nothing but memory.</summary>
        public CancellationTokenSource Lost { get; } = new();
    }
}
