using System.Threading.Channels;
using Campaigns.Sandbox.Faults;
using Campaigns.Sandbox.SendGrid.Behaving;

namespace Campaigns.Sandbox.SendGrid.Posting;

/// <summary>What has happened and is to be told to the webhook.</summary>
sealed class EventOutbox(SandboxOptions options, FaultList faults, Suppressions suppressions, Backlog backlog)
{
    const int Huge = 5_000;

    static readonly FaultKind[] faultsOfEvents =
    [
        FaultKind.RepeatedEvents, FaultKind.MissingEventId, FaultKind.ChangedEventId, FaultKind.CategoryAsText,
        FaultKind.CategoryAsArray, FaultKind.PoolIdAsText, FaultKind.LostEvents,
    ];

    readonly Channel<Event> events = Channel.CreateUnbounded<Event>();

    /// <summary>Called by the timeline alone.</summary>
    public void Happen(Event happened)
    {
        var message = happened.Journey.Message;
        message.Tally.Happened(message, happened.What);
        message.Note(new(happened.What, happened.Journey.Address, happened.At));
        suppressions.Learn(happened);
        happened = happened with { Faults = faults.Hit(faultsOfEvents, MessageChannel.Email, message.Key) };
        if (happened.Journey.IsReversed)
        {
            // Together, so that they come into one POST in this order.
            lock (Gate)
            {
                foreach (var held in happened.Journey.HoldBack(happened))
                {
                    Tell(held);
                }
            }
        }
        else
        {
            Tell(happened);
        }
    }

    /// <summary>Held while a POST is filled, and while events that belong into one POST come in.</summary>
    public Lock Gate { get; } = new();

    public ValueTask<bool> Wait(CancellationToken cancellationToken) => events.Reader.WaitToReadAsync(cancellationToken);

    /// <summary>The most events for the next POST; 0 while they are being saved up.</summary>
    public int Room()
    {
        if (!faults.Has(FaultKind.HugePosts))
        {
            return options.EventsPerPost;
        }

        // What is pending and not here is still to happen, or on its way with another poster.
        return events.Reader.Count < Huge && events.Reader.Count < backlog.Pending ? 0
            : faults.Hit(FaultKind.HugePosts, MessageChannel.Email, "") is null ? options.EventsPerPost
            : Huge;
    }

    public bool Take(out Event next) => events.Reader.TryRead(out next);

    public void Repeat(Event again) => events.Writer.TryWrite(again);

    void Tell(Event happened)
    {
        if (options.EventWebhook is null || happened.Faults.Has(FaultKind.LostEvents))
        {
            backlog.Done(1);
        }
        else
        {
            events.Writer.TryWrite(happened);
        }
    }
}
