using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Campaigns.Providers.SendGrid;
using Campaigns.Sandbox;

namespace Campaigns.Server.Tests.Support;

/// <summary>Posts signed events as SendGrid would, but exactly those that a test wants.</summary>
sealed class SendGridVoice
{
    readonly byte[] privateKey;

    /// <param name="privateKey">base64 PKCS#8; null makes a new one.</param>
    public SendGridVoice(string? privateKey = null)
    {
        this.privateKey = Convert.FromBase64String(privateKey ?? SandboxServer.NewWebhookPrivateKey());
        using var key = Key();
        PublicKey = Convert.ToBase64String(key.ExportSubjectPublicKeyInfo());
    }

    public string PublicKey { get; }

    /// <summary>An event about a recipient's message.</summary>
    public static Dictionary<string, object> Event(string kind, Guid recipient, DateTimeOffset at, string? id = null) => new()
    {
        ["event"] = kind, ["email"] = "somebody@example.com", ["timestamp"] = at.ToUnixTimeSeconds(), ["ob_mid"] = recipient.ToString("N"),
        ["sg_event_id"] = id ?? Guid.NewGuid().ToString("N"),
    };

    /// <summary>An event about a recipient's message that says whose it is.</summary>
    public static Dictionary<string, object> EventOf(string organisation, string kind, Guid recipient, DateTimeOffset at) =>
        new(Event(kind, recipient, at)) { ["ob_org"] = organisation };

    /// <param name="tenantId">Null: to the address of the account that several share.</param>
    public Task<HttpResponseMessage> Post(Uri server, string? tenantId, params object[] events) =>
        Post(server, tenantId, JsonSerializer.SerializeToUtf8Bytes(events));

    public Task<HttpResponseMessage> Post(Uri server, string? tenantId, byte[] body) =>
        Post(server, tenantId, body, TimeProvider.System.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));

    /// <param name="timestamp">As it is signed.</param>
    public async Task<HttpResponseMessage> Post(Uri server, string? tenantId, byte[] body, string timestamp)
    {
        using var key = Key();
        var signature = key.SignData([.. Encoding.UTF8.GetBytes(timestamp), .. body], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server, tenantId is null ? "/webhooks/sendgrid" : $"/webhooks/sendgrid/{tenantId}")) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.Add(SendGridSignature.TimestampHeader, timestamp);
        request.Headers.Add(SendGridSignature.SignatureHeader, Convert.ToBase64String(signature));
        return await http.SendAsync(request);
    }

    ECDsa Key()
    {
        var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(privateKey, out _);
        return key;
    }
}
