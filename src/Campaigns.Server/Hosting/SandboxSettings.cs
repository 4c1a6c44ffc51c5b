using Campaigns.Sandbox.Faults;

namespace Campaigns.Server.Hosting;

/// <summary>Settings under <c>Sandbox</c>: the local providers that stand in for real ones.</summary>
public sealed class SandboxSettings
{
    public const string DefaultUrl = "http://127.0.0.1:5090";

    /// <summary>Null: on when the server runs its private PostgreSQL and no key for SendGrid is given.</summary>
    public bool? Enabled { get; set; }

    public string Url { get; set; } = DefaultUrl;

    /// <summary>Decides what each recipient does.</summary>
    public int Seed { get; set; } = 1;

    /// <summary>Where recipients' text messages are posted; null: nowhere.</summary>
    public Uri? InboundWebhook { get; set; }

    /// <summary>What goes wrong from the start.</summary>
    public Fault[] Faults { get; set; } = [];
}
