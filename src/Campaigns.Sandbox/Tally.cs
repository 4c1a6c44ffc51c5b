using Campaigns.Sandbox.SendGrid;
using Campaigns.Sandbox.SendGrid.Behaving;

namespace Campaigns.Sandbox;

/// <summary>Counts from one reset to the next. A message counts in the tally it was accepted under, also after a reset.</summary>
sealed class Tally
{
    readonly long[] happened = new long[Enum.GetValues<Happening>().Length];
    readonly MessageIds messageIds = new();
    long accepted;
    long opened;
    long bounced;
    long posted;

    public Twilio.TextTally Texts { get; } = new();

    public void Accepted(string? messageId)
    {
        Interlocked.Increment(ref accepted);
        messageIds.Add(messageId);
    }

    /// <summary>Counts a fact the first time it happens to the message. Called by the timeline alone.</summary>
    public void Happened(Email message, Happening happening)
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
        var (distinct, duplicates) = messageIds.Count();
        return new(
            Interlocked.Read(ref accepted),
            distinct,
            duplicates,
            Count(Happening.Delivered),
            Interlocked.Read(ref bounced),
            Count(Happening.Dropped),
            Interlocked.Read(ref opened),
            Count(Happening.Clicked),
            Count(Happening.Complained),
            Count(Happening.Unsubscribed),
            Interlocked.Read(ref posted),
            pending,
            Texts.Counts());
    }

    long Count(Happening happening) => Interlocked.Read(ref happened[(int)happening]);
}
