namespace Campaigns.Sandbox;

/// <summary>A message on its way through one recipient's hands, one step after another.</summary>
abstract class Journey
{
    public abstract int Steps { get; }

    /// <summary>The steps taken so far.</summary>
    public int Taken { get; private set; }

    public bool Ended => Taken == Steps;

    public abstract DateTimeOffset Start(TimeSpan pace);

    public abstract DateTimeOffset NextDue(DateTimeOffset last, TimeSpan pace);

    public void Step(DateTimeOffset due) => Take(Taken++, due);

    /// <summary>Does what the step is about. It is pending in the backlog until whoever is told of it is done.</summary>
    protected abstract void Take(int step, DateTimeOffset due);
}
