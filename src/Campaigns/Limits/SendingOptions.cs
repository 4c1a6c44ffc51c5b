namespace Campaigns.Limits;

/// <summary>Settings under <c>Sending</c>.</summary>
public sealed class SendingOptions
{
    /// <summary>What is in force where nobody set anything else.</summary>
    public static readonly LimitSettings DefaultLimits = new(
        SenderPerMinute: 20, SenderPerHour: 1000, OrganisationPerHour: 5000, DomainPerHour: 200, SegmentsPerSecond: 1);

    /// <summary>Calls to the provider at the same time, for one batch.</summary>
    public int Concurrency { get; set; } = 16;

    /// <summary>How long a message in doubt waits for the provider's word before the campaign goes on without it.</summary>
    public TimeSpan InDoubtFor { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long after a batch the provider is asked about messages in doubt; null: <see cref="Checks"/> says.</summary>
    public List<TimeSpan>? LookUpAfter { get; set; }

    public IReadOnlyList<TimeSpan> Checks => LookUpAfter ?? [TimeSpan.FromSeconds(30), .. Enumerable.Range(1, 6).Select(each => TimeSpan.FromMinutes(5 * each))];

    /// <summary>How far ahead a campaign can be scheduled.</summary>
    public TimeSpan FarthestSchedule { get; set; } = TimeSpan.FromDays(14);

    /// <summary>How long claims, on a batch, a part of an audience or webhooks, outlive their node: after that another node takes them.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Contacts made recipients in one commit.</summary>
    public int HydrationChunk { get; set; } = 2000;

    /// <summary>Recipients that a retry queues again in one commit.</summary>
    public int RequeueChunk { get; set; } = 2000;

    /// <summary>Limits of this installation, over <see cref="DefaultLimits"/> and under what organisations and campaigns set; 0 means none.</summary>
    public LimitSettings Limits { get; set; } = new();

    /// <summary>What no organisation and no campaign may exceed, whatever it sets; where these say nothing, anything goes.</summary>
    public LimitSettings Ceilings { get; set; } = new();

    /// <summary>Messages of all organisations together in any hour; 0 means no limit.</summary>
    public int GlobalPerHour { get; set; } = 20_000;

    /// <summary>Who runs the mail of a domain, for example <c>googlemail.com</c> to <c>google</c>: domains of one operator share a limit.</summary>
    public Dictionary<string, string> Operators { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>How often a message is tried that the provider refuses for a passing reason.</summary>
    public int MostAttempts { get; set; } = 4;

    /// <summary>The wait before the second attempt; each further one is twice as long, give or take a tenth.</summary>
    public TimeSpan FirstRetry { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Errors of the provider in a row after which the campaign is paused.</summary>
    public int ErrorsBeforeBreak { get; set; } = 10;

    /// <summary>The share of bounced messages, 0 to 1, over which the campaign, or the sender, is paused.</summary>
    public double BounceRateBreak { get; set; } = 0.02;

    /// <summary>The share of complaints, 0 to 1, over which the campaign, or the sender, is paused.</summary>
    public double ComplaintRateBreak { get; set; } = 0.001;

    /// <summary>Messages of the campaign, or of the sender, before a share says anything.</summary>
    public int SentBeforeBreak { get; set; } = 100;

    /// <summary>Bounces, or complaints, before their share says anything.</summary>
    public int BadBeforeBreak { get; set; } = 3;

    /// <summary>How far back what a sender sent counts.</summary>
    public TimeSpan SenderHealthFor { get; set; } = TimeSpan.FromDays(7);
}
