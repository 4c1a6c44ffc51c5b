namespace Campaigns.Server.Hosting;

/// <summary>Settings under <c>Sandbox</c>: the local provider that stands in for real ones.</summary>
public sealed class SandboxSettings
{
    /// <summary>Null: on when the server runs its private PostgreSQL and no key for SendGrid is given.</summary>
    public bool? Enabled { get; set; }

    public string Url { get; set; } = "http://127.0.0.1:5090";

    /// <summary>Decides what each recipient does.</summary>
    public int Seed { get; set; } = 1;
}
