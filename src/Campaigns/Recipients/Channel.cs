namespace Campaigns.Recipients;

/// <summary>How a message reaches a person.</summary>
public enum Channel { Email, Sms }
