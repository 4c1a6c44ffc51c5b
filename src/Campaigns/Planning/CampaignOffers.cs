using System.Text.Json.Serialization;

namespace Campaigns.Planning;

/// <summary>
/// That a campaign is about the offers of its recipients: each gets one message with all of theirs, and who has none gets nothing. Stored in events:
/// members may be added, never renamed.
/// </summary>
/// <param name="FormulaId">What is worked out for each offer; null: nothing is.</param>
/// <param name="Except">Offers that are left out by hand.</param>
public sealed record CampaignOffers(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Guid? FormulaId = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<Guid>? Except = null)
{
    /// <summary>Of offers left out: the state of a campaign is written with every batch.</summary>
    public const int MostLeftOut = 200;

    public bool IsSame(CampaignOffers? other) =>
        other is not null && FormulaId == other.FormulaId && (Except ?? []).SequenceEqual(other.Except ?? []);

    public CampaignOffers Normalise() => this with { Except = Except is { Count: > 0 } ? [.. Except.Distinct()] : null };

    /// <returns>What is wrong; null when nothing is.</returns>
    public string? Error() => Except?.Count > MostLeftOut ? $"At most {MostLeftOut} offers are left out by hand." : null;
}
