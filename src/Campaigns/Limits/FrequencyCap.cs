using System.Text.Json.Serialization;

namespace Campaigns.Limits;

/// <summary>How often one contact is written to at most, by all campaigns and over all channels. Stored in events: members may be added.</summary>
/// <param name="Messages">In any stretch of so many days.</param>
/// <param name="Hold">Whoever had as many waits until there may be another one; else they are skipped.</param>
public sealed record FrequencyCap(int Messages, int Days, bool Hold = false)
{
    const int MostMessages = 1000;
    const int MostDays = 365;

    /// <summary>What is wrong with it; null when nothing is.</summary>
    [JsonIgnore]
    public string? Error => Messages is < 1 or > MostMessages ? $"messages is 1 to {MostMessages}." : Days is < 1 or > MostDays ? $"days is 1 to {MostDays}." : null;
}
