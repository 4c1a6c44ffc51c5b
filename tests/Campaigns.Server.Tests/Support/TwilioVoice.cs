using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Campaigns.Providers.Twilio;

namespace Campaigns.Server.Tests.Support;

/// <summary>Posts signed callbacks and messages as Twilio would, but exactly those that a test wants.</summary>
/// <param name="publicUrl">What Twilio takes the server's address for.</param>
sealed class TwilioVoice(Uri server, string publicUrl, string token = TwilioVoice.Token)
{
    public const string Token = "12345";

    public static Dictionary<string, string?> Settings(string publicUrl) => new()
    {
        ["PublicUrl"] = publicUrl, ["Twilio:AccountSid"] = "AC00000000000000000000000000000001", ["Twilio:AuthToken"] = Token, ["Twilio:From"] = "+14155552345",
    };

    public Task<HttpResponseMessage> Status(Guid recipient, string sid, string status, string to = "+41791234567", int? errorCode = null)
    {
        var form = new Dictionary<string, string> { ["MessageSid"] = sid, ["SmsSid"] = sid, ["MessageStatus"] = status, ["SmsStatus"] = status, ["To"] = to };
        if (errorCode is { } code)
        {
            form["ErrorCode"] = $"{code}";
        }

        return Post($"/webhooks/twilio/acme/status?mid={recipient:N}", form);
    }

    public Task<HttpResponseMessage> Message(string from, string body, string? sid = null) => Post("/webhooks/twilio/acme/inbound", new()
    {
        ["MessageSid"] = sid ?? "SM" + Guid.NewGuid().ToString("N"), ["From"] = from, ["To"] = "+14155552345", ["Body"] = body, ["SmsStatus"] = "received",
    });

    [SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "Twilio signs with it")]
    public async Task<HttpResponseMessage> Post(string path, Dictionary<string, string> form)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server, path)) { Content = new FormUrlEncodedContent(form) };
        var signed = publicUrl + path + string.Concat(form.OrderBy(parameter => parameter.Key, StringComparer.Ordinal).Select(parameter => parameter.Key + parameter.Value));
        request.Headers.Add(TwilioSignature.Header, Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(token), Encoding.UTF8.GetBytes(signed))));
        return await http.SendAsync(request);
    }
}
