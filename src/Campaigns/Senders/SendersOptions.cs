namespace Campaigns.Senders;

/// <summary>Settings under <c>Senders</c>.</summary>
public sealed class SendersOptions
{
    /// <summary>Campaigns go out in the name of verified senders only.</summary>
    public bool RequireVerified { get; set; } = true;

    /// <summary>What mails with confirmation links come from; null: the address that is to be confirmed, which the provider may refuse.</summary>
    public string? ConfirmFrom { get; set; }

    /// <summary>How long a confirmation link works.</summary>
    public TimeSpan ConfirmWithin { get; set; } = TimeSpan.FromDays(3);

    /// <summary>Links mailed for one organisation in any hour; 0 means no limit.</summary>
    public int ConfirmationsPerHour { get; set; } = 20;
}
