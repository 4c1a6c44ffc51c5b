namespace Campaigns.Sandbox.SendGrid.Behaving;

/// <summary>What one address does with every message it gets, and how hurried it is.</summary>
/// <param name="Course">What happens, in the order in which it happens.</param>
/// <param name="Temper">A number of its own that varies the delays.</param>
readonly record struct Character(Happening[] Course, uint Temper)
{
    /// <summary>How long after the step before it a step happens.</summary>
    public TimeSpan Delay(int step, TimeSpan pace)
    {
        var paces = Course[step] switch
        {
            Happening.Processed => 0.5,
            Happening.Dropped => 1,
            Happening.Delivered when step > 0 && Course[step - 1] is Happening.Deferred => 6,
            Happening.Deferred or Happening.Delivered => 2,
            Happening.Bounced or Happening.Blocked => 3,
            Happening.MachineOpened => 1,
            Happening.Opened => 8,
            Happening.Clicked => 3,
            _ => 10,
        };
        var haste = 0.5 + (Temper * (step + 1u) * 2654435761u >> 8) % 1024 / 1024.0;
        return pace * (paces * haste);
    }
}
