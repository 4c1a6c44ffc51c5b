namespace Campaigns.Sandbox;

/// <summary>How a local SendGrid listens, whom it lets in and how its recipients behave.</summary>
public sealed record SandboxOptions
{
    /// <summary>Where it listens, on loopback; port 0 takes any free port.</summary>
    public string Url { get; init; } = "http://127.0.0.1:0";

    /// <summary>The only API key accepted as a bearer token.</summary>
    public required string ApiKey { get; init; }

    /// <summary>Decides, with the address, what each recipient does.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Where events are posted. Events that fall due while it is null are counted and not posted.</summary>
    public Uri? EventWebhook { get; set; }

    /// <summary>The ECDSA P-256 key that signs events, base64 PKCS#8; null makes a new one at each start.</summary>
    public string? WebhookPrivateKey { get; init; }

    /// <summary>The custom argument that identifies a message; a second message with the same value is a duplicate.</summary>
    public string MessageIdArgument { get; init; } = "ob_mid";

    /// <summary>The scale of the delays between accepted, delivered, opened and clicked.</summary>
    public TimeSpan Pace { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The share of events, 0 to 1, that is posted twice: half of them within one POST, half in a later one.</summary>
    public double DuplicateRate { get; init; } = 0.05;

    /// <summary>Whether the events of one POST come out of order.</summary>
    public bool Shuffle { get; init; } = true;

    /// <summary>The most events in one POST.</summary>
    public int EventsPerPost { get; init; } = 500;

    /// <summary>The most messages kept to look at (and at most 64 MB of them); counting is not limited by it.</summary>
    public int MailboxCapacity { get; init; } = 10_000;

    /// <summary>The clock that events happen by.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
