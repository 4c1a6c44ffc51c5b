namespace Campaigns.Recipients;

/// <summary>
/// Whether a person may be written to at all: asked when the campaign makes its recipients, and again of each of them before a message.
/// </summary>
public static class Eligibility
{
    /// <param name="isSuppressed">The address for this channel.</param>
    /// <returns>Null when it is fine.</returns>
    public static SkipReason? WhyNot(Channel channel, bool isDeleted, bool hasPhone, bool isSuppressed) =>
        isDeleted ? SkipReason.ContactDeleted
        : channel == Channel.Sms && !hasPhone ? SkipReason.NoAddress
        : isSuppressed ? SkipReason.Suppressed
        : null;
}
