using System.Collections.Concurrent;
using System.Threading.Channels;
using Campaigns.Engine.Events;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Campaigns.Engine.Messages;

/// <summary>Works on one queue: one claimer ahead of a few handlers. Memory is bounded by what may be claimed, whatever waits.</summary>
sealed class QueueWorker(
    string queue, QueueOptions options, EventStore store, MessageStore messages, MessageHandling handling, ILogger log)
{
    /// <summary>How long a queue is left unwatched when nothing rings: the safety net under the notifications.</summary>
    static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    readonly Signal wake = new();
    readonly ConcurrentDictionary<Guid, InHand> inHand = new();

    /// <summary>Claims what is due, up to a limit, and handles it.</summary>
    /// <returns>The number of messages handled.</returns>
    public async Task<int> RunOnce(int limit, CancellationToken ct)
    {
        var claimed = await messages.Claim(queue, limit, options.Lease, ct);
        var batches = Batches(claimed).ToList();
        await Parallel.ForEachAsync(
            batches,
            new ParallelOptions { MaxDegreeOfParallelism = options.Concurrency, CancellationToken = ct },
            async (batch, token) => await handling.Handle(batch, options, token));
        return claimed.Count;
    }

    /// <summary>Works until <paramref name="stopping"/>; then handlers may finish until <paramref name="deadline"/>, and the rest is given back.</summary>
    public async Task Run(CancellationToken stopping, CancellationToken deadline)
    {
        using var ring = store.Notifications.Subscribe(Notifications.QueueTopic(queue), wake.Ring);
        using var places = new SemaphoreSlim(options.Concurrency + options.Prefetch);
        using var renewing = CancellationTokenSource.CreateLinkedTokenSource(deadline);
        var claimed = Channel.CreateUnbounded<InHand>(); // bounded by the places
        var renewal = Renew(renewing.Token);
        var handlers = Enumerable.Range(0, options.Concurrency).Select(_ => Handle(claimed.Reader, places, stopping, deadline)).ToList();
        await Claim(claimed.Writer, places, stopping);
        claimed.Writer.Complete();
        await Task.WhenAll(handlers);
        await renewing.CancelAsync();
        await renewal;
    }

    async Task Claim(ChannelWriter<InHand> claimed, SemaphoreSlim places, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await places.WaitAsync(stopping);
                var free = 1;
                while (places.Wait(0, CancellationToken.None))
                {
                    free++;
                }

                IReadOnlyList<ClaimedMessage> taken = [];
                try
                {
                    // Not to be cancelled: a claim whose answer is lost would hold its messages back until the lease ends.
                    taken = await messages.Claim(queue, free, options.Lease, CancellationToken.None);
                }
                finally
                {
                    if (taken.Count < free)
                    {
                        places.Release(free - taken.Count);
                    }
                }

                foreach (var message in taken)
                {
                    var hand = new InHand(message);
                    inHand[message.Id] = hand;
                    claimed.TryWrite(hand);
                }

                if (taken.Count < free)
                {
                    await WaitForMore(stopping);
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error) when (error is NpgsqlException or TimeoutException)
            {
                Log.ClaimingFailed(log, error, queue);
                await Task.Delay(LongestWait, store.Clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    async Task WaitForMore(CancellationToken stopping)
    {
        var next = await messages.NextDue(queue, stopping);
        var wait = next is { } due ? due - store.Clock.GetUtcNow() : LongestWait;
        if (wait > TimeSpan.Zero)
        {
            await wake.Wait(wait < LongestWait ? wait : LongestWait, store.Clock, stopping);
        }
    }

    async Task Handle(ChannelReader<InHand> claimed, SemaphoreSlim places, CancellationToken stopping, CancellationToken deadline)
    {
        InHand? odd = null;
        while (odd is not null || await claimed.WaitToReadAsync(CancellationToken.None))
        {
            var first = odd;
            odd = null;
            if (first is null && !claimed.TryRead(out first))
            {
                continue;
            }

            var batch = new List<InHand> { first };
            var atOnce = store.Model.MessageKind(first.Message.Kind)?.AtOnce ?? 1;
            while (batch.Count < atOnce && claimed.TryRead(out var next))
            {
                if (!SameBatch(first.Message, next.Message))
                {
                    odd = next;
                    break;
                }

                batch.Add(next);
            }

            try
            {
                await Handle(batch, stopping, deadline);
            }
            finally
            {
                batch.ForEach(hand => hand.Dispose(inHand));
                places.Release(batch.Count);
            }
        }
    }

    async Task Handle(List<InHand> batch, CancellationToken stopping, CancellationToken deadline)
    {
        var claimed = batch.Select(hand => hand.Message).ToList();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(batch[0].Lost.Token, deadline);
        try
        {
            if (stopping.IsCancellationRequested)
            {
                await messages.GiveBack(claimed, CancellationToken.None);
                return;
            }

            await handling.Handle(claimed, options, either.Token);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            if (!batch[0].Lost.IsCancellationRequested)
            {
                await messages.GiveBack(claimed, CancellationToken.None);
            }
        }
        catch (Exception error) when (error is NpgsqlException or TimeoutException)
        {
            // The end of these messages could not be written down: their leases end and they come again.
            Log.EndNotRecorded(log, error, claimed.Count, queue);
        }
    }

    async Task Renew(CancellationToken ct)
    {
        using var timer = new PeriodicTimer(options.Lease / 3, store.Clock);
        try
        {
            while (await timer.WaitForNextTickAsync(ct))
            {
                await RenewClaims(ct);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The worker has ended.
        }
    }

    async Task RenewClaims(CancellationToken ct)
    {
        var held = inHand.Values.ToList();
        if (held.Count == 0)
        {
            return;
        }

        try
        {
            var ours = await messages.Renew([.. held.Select(hand => hand.Message)], options.Lease, ct);
            foreach (var lost in held.Where(hand => !ours.Contains(hand.Message.Id) && inHand.ContainsKey(hand.Message.Id)))
            {
                await lost.Lose();
            }
        }
        catch (Exception error) when (error is NpgsqlException or TimeoutException)
        {
            Log.RenewalFailed(log, error, queue);
        }
    }

    IEnumerable<IReadOnlyList<ClaimedMessage>> Batches(IReadOnlyList<ClaimedMessage> claimed) =>
        claimed.GroupBy(message => (message.Kind, message.TenantId))
            .SelectMany(same => same.Chunk(store.Model.MessageKind(same.Key.Kind)?.AtOnce ?? 1));

    static bool SameBatch(ClaimedMessage a, ClaimedMessage b) => a.Kind == b.Kind && a.TenantId == b.TenantId && a.ClaimId == b.ClaimId;

    sealed class InHand(ClaimedMessage message)
    {
        bool ended;

        public ClaimedMessage Message => message;

        /// <summary>Cancelled when another worker has the message.</summary>
        public CancellationTokenSource Lost { get; } = new();

        public async Task Lose()
        {
            try
            {
                if (!ended)
                {
                    await Lost.CancelAsync();
                }
            }
            catch (ObjectDisposedException)
            {
                // It ended in this very moment: nothing left to stop.
            }
        }

        public void Dispose(ConcurrentDictionary<Guid, InHand> inHand)
        {
            ended = true;
            inHand.TryRemove(message.Id, out _);
            Lost.Dispose();
        }
    }
}
