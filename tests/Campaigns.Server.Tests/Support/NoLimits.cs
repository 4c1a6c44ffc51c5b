namespace Campaigns.Server.Tests.Support;

/// <summary>Settings for tests that are about neither limits nor breakers.</summary>
static class NoLimits
{
    public static readonly IReadOnlyDictionary<string, string?> Settings = new Dictionary<string, string?>
    {
        ["Sending:Limits:SenderPerMinute"] = "0",
        ["Sending:Limits:SenderPerHour"] = "0",
        ["Sending:Limits:OrganisationPerHour"] = "0",
        ["Sending:Limits:DomainPerHour"] = "0",
        ["Sending:Limits:SegmentsPerSecond"] = "0",
        ["Sending:GlobalPerHour"] = "0",
        ["Sending:BounceRateBreak"] = "1", // people of the sandbox bounce and complain often
        ["Sending:ComplaintRateBreak"] = "1",
    };
}
