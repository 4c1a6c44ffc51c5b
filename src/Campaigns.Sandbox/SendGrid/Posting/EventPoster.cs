using System.Buffers;
using System.Runtime.InteropServices;
using Campaigns.Sandbox.Faults;
using Campaigns.Sandbox.SendGrid.Behaving;

namespace Campaigns.Sandbox.SendGrid.Posting;

/// <summary>
/// Posts what happened, in batches, until it is acknowledged. Several run at once, as SendGrid's do, so that a receiver
/// that answers slowly is still fed fast.
/// </summary>
sealed class EventPoster(
    SandboxOptions options, FaultList faults, Book book, Backlog backlog, EventOutbox outbox, Webhook webhook, int number)
{
    const int FaultyRepeats = 45;

    static readonly TimeSpan firstWait = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan longestWait = TimeSpan.FromSeconds(10);
    static readonly TimeSpan savingUp = TimeSpan.FromMilliseconds(20);

    readonly Random random = new(HashCode(options.Seed, number));
    readonly List<Event> batch = [];
    readonly List<Event> later = [];
    readonly ArrayBufferWriter<byte> body = new(64 * 1024);

    public async Task Run(CancellationToken cancellationToken)
    {
        while (await outbox.Wait(cancellationToken))
        {
            if (!Fill())
            {
                await Task.Delay(savingUp, options.Clock, cancellationToken);
            }
            else if (batch.Count > 0)
            {
                await Post(cancellationToken);
            }
        }
    }

    bool Fill()
    {
        batch.Clear();
        later.Clear();
        lock (outbox.Gate)
        {
            var room = outbox.Room();
            if (room == 0)
            {
                return false;
            }

            while (batch.Count < room && outbox.Take(out var next))
            {
                batch.Add(next);
                for (int repeat = 1, repeats = Repeats(next); repeat <= repeats; repeat++)
                {
                    Repeat(next with { Repeat = repeat }, room);
                }
            }
        }

        if (options.Shuffle && !batch.Exists(one => one.Journey.IsReversed))
        {
            random.Shuffle(CollectionsMarshal.AsSpan(batch));
        }

        return true;
    }

    int Repeats(Event next) =>
        next.Repeat > 0 ? 0
        : next.Faults.Has(FaultKind.RepeatedEvents) ? FaultyRepeats
        : next.Faults.Has(FaultKind.ChangedEventId) || random.NextDouble() < options.DuplicateRate ? 1
        : 0;

    // Within one POST and in a later one are different dangers to a receiver; it should meet both.
    void Repeat(Event again, int room)
    {
        backlog.Add(1);
        if (batch.Count < room && random.Next(2) == 0)
        {
            batch.Add(again);
        }
        else
        {
            later.Add(again);
        }
    }

    async Task Post(CancellationToken cancellationToken)
    {
        body.ResetWrittenCount();
        EventJson.Write(body, batch);
        var isBadlySigned = faults.Hit(FaultKind.BadSignature, MessageChannel.Email, batch[0].Journey.Message.Key) is not null;
        for (var wait = firstWait; options.EventWebhook is { } receiver; wait = wait * 2 < longestWait ? wait * 2 : longestWait)
        {
            if (await webhook.Post(receiver, body.WrittenMemory, isBadlySigned, cancellationToken) && !isBadlySigned)
            {
                book.Tally.Posted(batch.Count);
                break;
            }

            // Also where the wrong signature was taken for a right one: what comes next shows whoever looks that it was.
            isBadlySigned = false;
            await Task.Delay(wait, options.Clock, cancellationToken);
        }

        foreach (var again in later)
        {
            outbox.Repeat(again);
        }

        backlog.Done(batch.Count);
    }

    static int HashCode(int seed, int number) => unchecked(seed * 397 ^ number);
}
