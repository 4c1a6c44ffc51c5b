namespace Campaigns.Sandbox;

/// <summary>The way a message goes.</summary>
public enum MessageChannel : byte
{
    Email,
    Sms,
}
