namespace Campaigns.Sending;

/// <summary>Settings under <c>Sending</c>.</summary>
public sealed class SendingOptions
{
    /// <summary>Calls to the provider at the same time, for one batch.</summary>
    public int Concurrency { get; set; } = 16;

    /// <summary>How long a message in doubt waits for the provider's word before the campaign goes on without it.</summary>
    public TimeSpan InDoubtFor { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How far ahead a campaign can be scheduled.</summary>
    public TimeSpan FarthestSchedule { get; set; } = TimeSpan.FromDays(14);

    /// <summary>How long claims, on a batch, a part of an audience or webhooks, outlive their node: after that another node takes them.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Contacts made recipients in one commit.</summary>
    public int HydrationChunk { get; set; } = 2000;

    /// <summary>Recipients that a retry queues again in one commit.</summary>
    public int RequeueChunk { get; set; } = 2000;
}
