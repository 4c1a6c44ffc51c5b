namespace Campaigns.Recipients;

/// <summary>
/// Whether a person may be written to at all: asked when the campaign makes its recipients, and again of each of them before a message.
/// </summary>
public static class Eligibility
{
    /// <param name="hasAddress">For this channel: an e-mail address or a telephone number.</param>
    /// <param name="isSuppressed">The address for this channel.</param>
    /// <returns>Null when it is fine.</returns>
    public static SkipReason? WhyNot(bool isDeleted, bool hasAddress, bool isSuppressed) =>
        isDeleted ? SkipReason.ContactDeleted
        : !hasAddress ? SkipReason.NoAddress
        : isSuppressed ? SkipReason.Suppressed
        : null;
}
