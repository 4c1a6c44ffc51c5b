using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Campaigns.Providers.Twilio;
using Twilio.Security;

namespace Campaigns.Tests.Providers.Twilio;

public sealed class the_signature_of_twilio
{
    const string Token = "12345";
    const string Url = "https://mycompany.com/myapp.php?foo=1&bar=2";
    const string Signature = "RSOYDt4T1cUTdK1PDd93/VVr8B8=";
    const string SignatureWithPort = "kvajT1Ptam85bY51eRf/AJRuM3w=";

    // Twilio's own test vectors, from its C# library.
    static readonly byte[] Form = "Digits=1234&From=%2B14158675309&CallSid=CA1234567890ABCDE&To=%2B18005551212&Caller=%2B14158675309"u8.ToArray();
    static readonly byte[] Json = """{"property": "value", "boolean": true}"""u8.ToArray();
    const string JsonUrl = Url + "&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620";
    const string JsonSignature = "a9nBmqA0ju/hNViExpshrM61xv4=";

    [Theory]
    [InlineData("https://mycompany.com/myapp.php?foo=1&bar=2"), InlineData("https://mycompany.com:443/myapp.php?foo=1&bar=2")]
    public void fits_with_the_port_signed_or_not(string url)
    {
        TwilioSignature.IsValid(Token, Signature, url, Form).ShouldBeTrue();
        TwilioSignature.IsValid(Token, SignatureWithPort, url, Form).ShouldBeTrue();
    }

    [Theory]
    [InlineData("https://mycompany.com/myapp.php?foo=1&bar=2"), InlineData("https://mycompany.com:8443/a%20b/status?mid=1"), InlineData("http://Example.com/x")]
    public void fits_where_twilios_own_library_says_so(string url)
    {
        var (signature, parameters) = (Sign(url), TwilioForm.Read(Form).Parameters.ToDictionary());
        new RequestValidator(Token).Validate(url, parameters, signature).ShouldBeTrue();
        TwilioSignature.IsValid(Token, signature, url, Form).ShouldBeTrue();

        new RequestValidator(Token).Validate(url + "1", parameters, signature).ShouldBeFalse();
        TwilioSignature.IsValid(Token, signature, url + "1", Form).ShouldBeFalse();
    }

    [Theory, InlineData("https://127.1/x"), InlineData("https://[0:0:0:0:0:0:0:1]/x"), InlineData("https://mycompany.com:80443/x")]
    public void of_an_address_that_twilios_own_library_stumbles_over_is_refused_and_no_error(string url)
    {
        Should.Throw<Exception>(() => new RequestValidator(Token).Validate(url, TwilioForm.Read(Form).Parameters.ToDictionary(), Signature));
        TwilioSignature.IsValid(Token, Signature, url, Form).ShouldBeFalse();
    }

    [Fact]
    public void fits_a_status_callback() => TwilioSignature.IsValid(
        Token, "YOCZDYM1p3SRk5kZZDxK4u9hLG4=", "https://hooks.example.com/twilio/status",
        Encoding.UTF8.GetBytes(
            "MessageSid=SM00000000000000000000000000000001&SmsSid=SM00000000000000000000000000000001&MessageStatus=delivered&SmsStatus=delivered"
            + "&AccountSid=AC00000000000000000000000000000001&From=%2B14155552345&To=%2B14155558675&ApiVersion=2010-04-01"))
        .ShouldBeTrue();

    [Fact]
    public void fits_a_body_that_is_no_form_by_its_hash()
    {
        TwilioSignature.IsValid(Token, JsonSignature, JsonUrl, Json).ShouldBeTrue();
        TwilioSignature.IsValid(Token, JsonSignature, JsonUrl, [.. Json, (byte)' ']).ShouldBeFalse();
        TwilioSignature.IsValid(Token, JsonSignature, JsonUrl.Replace("0a1f", "0a1e", StringComparison.Ordinal), Json).ShouldBeFalse();
    }

    [Theory, InlineData("https://mycompany.com/myapp.php?foo=1&bar=3"), InlineData("http://mycompany.com/myapp.php?foo=1&bar=2")]
    [InlineData("https://mycompany.org/myapp.php?foo=1&bar=2"), InlineData("https://mycompany.com:8443/myapp.php?foo=1"), InlineData(""), InlineData("?")]
    public void covers_the_address(string url) => TwilioSignature.IsValid(Token, Signature, url, Form).ShouldBeFalse();

    [Fact]
    public void covers_every_parameter_also_those_nobody_has_heard_of()
    {
        TwilioSignature.IsValid(Token, Signature, Url, Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Form) + "&New=1")).ShouldBeFalse();
        TwilioSignature.IsValid(Token, Signature, Url, Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Form).Replace("1234", "1235", StringComparison.Ordinal))).ShouldBeFalse();
        TwilioSignature.IsValid(Token, Signature, Url, []).ShouldBeFalse();
    }

    [Theory, InlineData(null), InlineData(""), InlineData("rubbish"), InlineData("%%%"), InlineData("RSOYDt4T1cUTdK1PDd93/VVr8B8"), InlineData("rSOYDt4T1cUTdK1PDd93/VVr8B8=")]
    public void that_is_missing_or_rubbish_is_refused(string? signature) => TwilioSignature.IsValid(Token, signature, Url, Form).ShouldBeFalse();

    [Theory, InlineData(""), InlineData("12346")]
    public void of_another_token_or_of_none_is_not_ours(string token) => TwilioSignature.IsValid(token, Signature, Url, Form).ShouldBeFalse();

    [SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "Twilio signs with it")]
    static string Sign(string url) => Convert.ToBase64String(HMACSHA1.HashData(
        Encoding.UTF8.GetBytes(Token), Encoding.UTF8.GetBytes(url + string.Concat(TwilioForm.Read(Form).Parameters.Select(parameter => parameter.Key + parameter.Value)))));
}
