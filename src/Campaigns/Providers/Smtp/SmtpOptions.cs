namespace Campaigns.Providers.Smtp;

/// <summary>Settings under <c>Smtp</c>: the relay.</summary>
public sealed class SmtpOptions
{
    /// <summary>The port on which a connection is encrypted from its first byte (RFC 8314).</summary>
    public const int TlsPort = 465;

    public string Host { get; set; } = "localhost";

    public int Port { get; set; } = 587;

    /// <summary>
    /// Encrypts with STARTTLS, or from the first byte on port 465, and sends nothing where that is not to be had. Off only for a relay on this machine or
    /// network.
    /// </summary>
    public bool StartTls { get; set; } = true;

    /// <summary>Empty: the relay asks for nobody's name.</summary>
    public string UserName { get; set; } = "";

    /// <summary>Secret. Never in a log, an event or an answer.</summary>
    public string Password { get; set; } = "";

    /// <summary>How long a whole hand-over may take. A message whose text was under way by then is in doubt.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);
}
