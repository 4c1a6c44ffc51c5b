using Campaigns.Sandbox.Faults;
using Campaigns.Sandbox.SendGrid.Posting;

namespace Campaigns.Sandbox.SendGrid.Behaving;

/// <summary>An e-mail on its way through one recipient's hands.</summary>
sealed class EmailJourney(Email message, string address, int recipient, Character character, EventOutbox outbox) : Journey
{
    List<Event>? heldBack;

    public Email Message => message;
    public string Address => address;
    public int Recipient => recipient;

    /// <summary>Why it is dropped where the address is suppressed.</summary>
    public string? DropReason { get; init; }

    /// <summary>Whether its events are told last first.</summary>
    public bool IsReversed { get; init; }

    /// <summary>When the last thing happened to it.</summary>
    public DateTimeOffset Last { get; private set; } = message.At;

    /// <summary>What has happened to it so far.</summary>
    public ReadOnlySpan<Happening> Course => character.Course.AsSpan(0, Taken);

    public override int Steps => character.Course.Length;

    /// <summary>The id that SendGrid gives the message at this recipient.</summary>
    public string MessageId => $"{message.Submission.Id}.recvd-sandbox-{message.Number:X}.{recipient}";

    public override DateTimeOffset Start(TimeSpan pace)
    {
        var at = message.SendAt > message.At ? message.SendAt.Value : message.At;
        return at + character.Delay(0, pace);
    }

    public override DateTimeOffset NextDue(DateTimeOffset last, TimeSpan pace) => Due(Taken, last, pace);

    /// <summary>When a step is due that comes after one that was due at the time given.</summary>
    public DateTimeOffset Due(int step, DateTimeOffset last, TimeSpan pace) => last + character.Delay(step, pace);

    protected override void Take(int step, DateTimeOffset due)
    {
        Last = due;
        outbox.Happen(new Event(this, character.Course[step], step, due));
    }

    /// <summary>Keeps an event of a reversed journey, and gives them all, last first, once all have happened.</summary>
    public IReadOnlyList<Event> HoldBack(Event happened)
    {
        (heldBack ??= []).Insert(0, happened);
        return Ended ? heldBack : [];
    }
}

/// <summary>One step of a journey that was taken, to be told to the webhook.</summary>
readonly record struct Event(EmailJourney Journey, Happening What, int Step, DateTimeOffset At)
{
    /// <summary>How often the webhook has been told before.</summary>
    public int Repeat { get; init; }

    public FaultSet Faults { get; init; }

    /// <summary>Whether it comes after the message was said to be delivered, when all that comes back is a bounce by mail.</summary>
    public bool IsAsynchronous => What is Happening.Bounced && Journey.Course[..Step].Contains(Happening.Delivered);
}
