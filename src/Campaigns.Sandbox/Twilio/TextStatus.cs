namespace Campaigns.Sandbox.Twilio;

/// <summary>Twilio's word for how far a text message has come.</summary>
enum TextStatus
{
    Accepted,
    Queued,
    Sent,
    Delivered,
    Undelivered,
    Failed,
}
