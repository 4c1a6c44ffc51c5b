using System.Buffers;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using Campaigns.Sandbox.Behaving;

namespace Campaigns.Sandbox.Posting;

/// <summary>
/// Posts what happened, in batches, until it is acknowledged. Several run at once, as SendGrid's do, so that a receiver
/// that answers slowly is still fed fast.
/// </summary>
sealed class EventPoster(SandboxOptions options, Book book, Backlog backlog, Channel<Event> outbox, Webhook webhook, int number)
{
    static readonly TimeSpan firstWait = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan longestWait = TimeSpan.FromSeconds(10);

    readonly Random random = new(HashCode(options.Seed, number));
    readonly List<Event> batch = [];
    readonly List<Event> later = [];
    readonly ArrayBufferWriter<byte> body = new(64 * 1024);

    public async Task Run(CancellationToken cancellationToken)
    {
        while (await outbox.Reader.WaitToReadAsync(cancellationToken))
        {
            Fill();
            if (batch.Count > 0)
            {
                await Post(cancellationToken);
            }
        }
    }

    void Fill()
    {
        batch.Clear();
        later.Clear();
        while (batch.Count < options.EventsPerPost && outbox.Reader.TryRead(out var next))
        {
            batch.Add(next);
            if (!next.Again && random.NextDouble() < options.DuplicateRate)
            {
                Repeat(next with { Again = true });
            }
        }

        if (options.Shuffle)
        {
            random.Shuffle(CollectionsMarshal.AsSpan(batch));
        }
    }

    // Within one POST and in a later one are different dangers to a receiver; it should meet both.
    void Repeat(Event again)
    {
        backlog.Add(1);
        if (batch.Count < options.EventsPerPost && random.Next(2) == 0)
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
        for (var wait = firstWait; options.EventWebhook is { } receiver; wait = wait * 2 < longestWait ? wait * 2 : longestWait)
        {
            if (await webhook.Post(receiver, body.WrittenMemory, cancellationToken))
            {
                book.Tally.Posted(batch.Count);
                break;
            }

            await Task.Delay(wait, options.Clock, cancellationToken);
        }

        foreach (var again in later)
        {
            outbox.Writer.TryWrite(again);
        }

        backlog.Done(batch.Count);
    }

    static int HashCode(int seed, int number) => unchecked(seed * 397 ^ number);
}
