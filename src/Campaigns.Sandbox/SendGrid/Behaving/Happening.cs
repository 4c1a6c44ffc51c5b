namespace Campaigns.Sandbox.SendGrid.Behaving;

/// <summary>What can happen to a message at one recipient.</summary>
enum Happening : byte
{
    Processed,
    Dropped,
    Deferred,
    Delivered,
    Bounced,
    Blocked,
    Opened,
    MachineOpened,
    Clicked,
    Complained,
    Unsubscribed,
}
