namespace Campaigns.Sandbox;

/// <summary>One accepted message, as the sandbox's own clock saw it come in.</summary>
/// <param name="At">When it was accepted.</param>
/// <param name="Elapsed">The same on the monotonic clock, since the sandbox was started: distances between arrivals are exact.</param>
/// <param name="From">The sender's address or number, or the messaging service.</param>
/// <param name="Domain">The first recipient's domain, in lower case; null for a text message.</param>
/// <param name="Segments">How many text messages it counts as; 1 for an e-mail.</param>
/// <param name="Id">The id the sender gave it; null where it gave none.</param>
public sealed record Arrival(
    DateTimeOffset At, TimeSpan Elapsed, MessageChannel Channel, string From, string? Domain, int Segments, string? Id);
