namespace Campaigns.Limits;

/// <summary>Limits that somebody set; null leaves the next more general one in force, 0 means none. Stored in events: members may be added.</summary>
/// <param name="SenderPerMinute">Messages of one sender in any minute.</param>
/// <param name="SenderPerHour">Messages of one sender in any hour.</param>
/// <param name="SenderGapSeconds">At least so long between two messages of one sender.</param>
/// <param name="OrganisationPerHour">Messages of the organisation in any hour.</param>
/// <param name="DomainPerHour">Messages of the organisation to one domain, or mail operator, in any hour.</param>
/// <param name="CampaignPerDay">Messages of one campaign in any 24 hours.</param>
/// <param name="SegmentsPerSecond">SMS segments of one telephone number in any second.</param>
public sealed record LimitSettings(
    int? SenderPerMinute = null, int? SenderPerHour = null, double? SenderGapSeconds = null, int? OrganisationPerHour = null,
    int? DomainPerHour = null, int? CampaignPerDay = null, int? SegmentsPerSecond = null)
{
    /// <summary>What is in force where these say nothing.</summary>
    public LimitSettings Or(LimitSettings general) => new(
        SenderPerMinute ?? general.SenderPerMinute, SenderPerHour ?? general.SenderPerHour, SenderGapSeconds ?? general.SenderGapSeconds,
        OrganisationPerHour ?? general.OrganisationPerHour, DomainPerHour ?? general.DomainPerHour, CampaignPerDay ?? general.CampaignPerDay,
        SegmentsPerSecond ?? general.SegmentsPerSecond);

    /// <summary>These, as far as others allow: where those say something, no more than that.</summary>
    public LimitSettings AtMost(LimitSettings ceiling)
    {
        static int? Lower(int? limit, int? ceiling) => ceiling is > 0 && (limit is null or 0 || limit > ceiling) ? ceiling : limit;

        return new LimitSettings(
            Lower(SenderPerMinute, ceiling.SenderPerMinute), Lower(SenderPerHour, ceiling.SenderPerHour),
            ceiling.SenderGapSeconds > (SenderGapSeconds ?? 0) ? ceiling.SenderGapSeconds : SenderGapSeconds,
            Lower(OrganisationPerHour, ceiling.OrganisationPerHour), Lower(DomainPerHour, ceiling.DomainPerHour),
            Lower(CampaignPerDay, ceiling.CampaignPerDay), Lower(SegmentsPerSecond, ceiling.SegmentsPerSecond));
    }

    /// <returns>What is wrong, by member; empty when nothing is.</returns>
    public IEnumerable<(string Member, string Why)> Errors()
    {
        const int most = 1_000_000_000;
        (string Member, double? Value)[] all =
        [
            ("senderPerMinute", SenderPerMinute), ("senderPerHour", SenderPerHour), ("organisationPerHour", OrganisationPerHour),
            ("domainPerHour", DomainPerHour), ("campaignPerDay", CampaignPerDay), ("segmentsPerSecond", SegmentsPerSecond),
        ];
        foreach (var (member, _) in all.Where(limit => limit.Value is < 0 or > most))
        {
            yield return ($"limits.{member}", $"0 for none, or up to {most}.");
        }

        if (SenderGapSeconds is { } gap && gap is not (0 or (>= 0.01 and <= 24 * 3600)))
        {
            yield return ("limits.senderGapSeconds", "0 for none, or 0.01 to 86400.");
        }
    }
}
