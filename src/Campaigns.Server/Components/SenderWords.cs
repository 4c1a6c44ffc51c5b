using Campaigns.Limits;
using Campaigns.Senders;

namespace Campaigns.Server.Components;

/// <summary>Whether messages go out in a sender's name.</summary>
static class SenderWords
{
    public static string Status(SenderView sender) => sender switch
    {
        { PausedBy: PausedBy.Breaker } => "Paused by a breaker",
        { PausedBy: not null } => "Paused",
        { Verified: false, ConfirmationUntil: not null } => "Confirmation awaited",
        { Verified: false } => "Not verified",
        _ => "May send",
    };

    /// <summary>The state whose colour it has.</summary>
    public static string Tone(SenderView sender) => sender switch
    {
        { PausedBy: PausedBy.Breaker } => "failed",
        { PausedBy: not null } or { Verified: false } => "paused",
        _ => "completed",
    };

    public static string Addresses(SenderView sender) =>
        string.Join(", ", new[] { sender.Email, sender.Phone, sender.MessagingServiceId, sender.AlphanumericId }.Where(address => address is not null));
}
