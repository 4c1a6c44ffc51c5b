namespace Campaigns.Sandbox.Behaving;

/// <summary>A message on its way through one recipient's hands.</summary>
sealed class Journey(Message message, string address, int recipient, Character character)
{
    int step;

    public Message Message => message;
    public string Address => address;
    public int Recipient => recipient;
    public int Steps => character.Course.Length;
    public bool Ended => step == Steps;

    public DateTimeOffset Start(TimeSpan pace)
    {
        var at = message.Submission.At;
        return (message.SendAt > at ? message.SendAt.Value : at) + character.Delay(0, pace);
    }

    /// <summary>Takes the step that was due.</summary>
    public Event Step(DateTimeOffset due)
    {
        var taken = new Event(this, character.Course[step], step, due);
        step++;
        return taken;
    }

    public DateTimeOffset NextDue(DateTimeOffset last, TimeSpan pace) => last + character.Delay(step, pace);
}

/// <summary>One step of a journey that was taken, to be told to the webhook.</summary>
readonly record struct Event(Journey Journey, Happening What, int Step, DateTimeOffset At)
{
    /// <summary>Whether the webhook has been told before.</summary>
    public bool Again { get; init; }
}
