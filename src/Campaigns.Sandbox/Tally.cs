using System.Security.Cryptography;
using System.Text;
using Campaigns.Sandbox.Behaving;

namespace Campaigns.Sandbox;

/// <summary>Counts from one reset to the next. A message counts in the tally it was accepted under, also after a reset.</summary>
sealed class Tally
{
    readonly long[] happened = new long[Enum.GetValues<Happening>().Length];

    // 16 bytes an id instead of a string: a million messages cost some 40 MB, exactly counted.
    readonly HashSet<UInt128> messageIds = [];
    long accepted;
    long duplicates;
    long opened;
    long bounced;
    long posted;

    public void Accepted(string? messageId)
    {
        Interlocked.Increment(ref accepted);
        if (messageId is null)
        {
            return;
        }

        var compact = Compact(messageId);
        lock (messageIds)
        {
            if (!messageIds.Add(compact))
            {
                duplicates++;
            }
        }
    }

    /// <summary>Counts a fact the first time it happens to the message. Called by the event pump alone.</summary>
    public void Happened(Message message, Happening happening)
    {
        if (!message.IsFirst(happening))
        {
            return;
        }

        Interlocked.Increment(ref happened[(int)happening]);
        if (happening is Happening.Opened && !message.Has(Happening.MachineOpened)
            || happening is Happening.MachineOpened && !message.Has(Happening.Opened))
        {
            Interlocked.Increment(ref opened);
        }

        if (happening is Happening.Bounced && !message.Has(Happening.Blocked)
            || happening is Happening.Blocked && !message.Has(Happening.Bounced))
        {
            Interlocked.Increment(ref bounced);
        }
    }

    public void Posted(int events) => Interlocked.Add(ref posted, events);

    public SandboxCounts Counts(long pending)
    {
        long distinct, repeated;
        lock (messageIds)
        {
            (distinct, repeated) = (messageIds.Count, duplicates);
        }

        return new(
            Interlocked.Read(ref accepted),
            distinct,
            repeated,
            Count(Happening.Delivered),
            Interlocked.Read(ref bounced),
            Count(Happening.Dropped),
            Interlocked.Read(ref opened),
            Count(Happening.Clicked),
            Count(Happening.Complained),
            Count(Happening.Unsubscribed),
            Interlocked.Read(ref posted),
            pending);
    }

    long Count(Happening happening) => Interlocked.Read(ref happened[(int)happening]);

    static UInt128 Compact(string messageId)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(messageId), hash);
        return new(BitConverter.ToUInt64(hash), BitConverter.ToUInt64(hash[8..]));
    }
}
