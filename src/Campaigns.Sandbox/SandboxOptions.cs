using Campaigns.Sandbox.Faults;

namespace Campaigns.Sandbox;

/// <summary>How the local SendGrid and Twilio listen, whom they let in and how their recipients behave.</summary>
public sealed record SandboxOptions
{
    /// <summary>Where it listens, on loopback; port 0 takes any free port.</summary>
    public string Url { get; init; } = "http://127.0.0.1:0";

    /// <summary>The only API key SendGrid accepts as a bearer token.</summary>
    public required string ApiKey { get; init; }

    /// <summary>The only account Twilio knows.</summary>
    public string AccountSid { get; init; } = "AC00000000000000000000000000000001";

    /// <summary>The account's password, and the key that signs what Twilio posts.</summary>
    public string AuthToken { get; init; } = "sandbox";

    /// <summary>Decides, with the address or number, what each recipient does; and with a message's id, which fault hits it.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Where events are posted. Events that fall due while it is null are counted and not posted.</summary>
    public Uri? EventWebhook { get; set; }

    /// <summary>Where text messages from recipients are posted. Those that come while it is null are counted and not posted.</summary>
    public Uri? InboundWebhook { get; set; }

    /// <summary>The ECDSA P-256 key that signs events, base64 PKCS#8; null makes a new one at each start.</summary>
    public string? WebhookPrivateKey { get; init; }

    /// <summary>The custom argument that identifies an e-mail; a second one with the same value is a duplicate.</summary>
    public string MessageIdArgument { get; init; } = "ob_mid";

    /// <summary>The query parameter of the status callback that identifies a text message, in the same way.</summary>
    public string MessageIdParameter { get; init; } = "mid";

    /// <summary>Sender addresses that are verified although their domain is not authenticated.</summary>
    public IReadOnlyList<string> VerifiedSenders { get; init; } = [];

    /// <summary>What goes wrong from the start.</summary>
    public IReadOnlyList<Fault> Faults { get; init; } = [];

    /// <summary>The scale of the delays between accepted, delivered, opened and clicked.</summary>
    public TimeSpan Pace { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The share of events and callbacks, 0 to 1, that is posted twice; events half of the time within one POST.</summary>
    public double DuplicateRate { get; init; } = 0.05;

    /// <summary>Whether the events of one POST come out of order.</summary>
    public bool Shuffle { get; init; } = true;

    /// <summary>The most events in one POST.</summary>
    public int EventsPerPost { get; init; } = 500;

    /// <summary>The most messages kept to look at (and at most 64 MB of them); counting is not limited by it.</summary>
    public int MailboxCapacity { get; init; } = 10_000;

    /// <summary>The most messages of each provider whose fate can be looked up there.</summary>
    public int ActivityCapacity { get; init; } = 20_000;

    /// <summary>The most arrivals kept to measure by.</summary>
    public int ArrivalCapacity { get; init; } = 200_000;

    /// <summary>The clock that everything happens by.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
