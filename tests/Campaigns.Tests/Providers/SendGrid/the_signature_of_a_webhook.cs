using System.Security.Cryptography;
using System.Text;
using Campaigns.Providers.SendGrid;

namespace Campaigns.Tests.Providers.SendGrid;

public sealed class the_signature_of_a_webhook
{
    // SendGrid's own test vector, from its C# library.
    const string Key =
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g==";
    const string Timestamp = "1600112502";
    const string Signature = "MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM=";

    static readonly byte[] Body = Encoding.UTF8.GetBytes((
        "[{'email':'hello@world.com','event':'dropped','reason':'Bounced Address','sg_event_id':'ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA',"
        + "'sg_message_id':'LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0',"
        + "'smtp-id':'<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>','timestamp':1600112492}]\r\n").Replace('\'', '"'));

    [Fact]
    public void fits_the_body_byte_for_byte()
    {
        Body.Length.ShouldBe(327);
        SendGridSignature.IsValid(Key, Signature, Timestamp, Body).ShouldBeTrue();
    }

    [Fact]
    public void covers_the_line_break_at_the_end() => SendGridSignature.IsValid(Key, Signature, Timestamp, Body.AsSpan()[..^2]).ShouldBeFalse();

    [Fact]
    public void covers_every_byte_of_the_body()
    {
        for (var i = 0; i < Body.Length; i += 13)
        {
            var changed = Body.ToArray();
            changed[i] ^= 1;
            SendGridSignature.IsValid(Key, Signature, Timestamp, changed).ShouldBeFalse();
        }
    }

    [Theory, InlineData("1600112503"), InlineData("01600112502"), InlineData("1600112502 ")]
    public void covers_the_timestamp(string timestamp) => SendGridSignature.IsValid(Key, Signature, timestamp, Body).ShouldBeFalse();

    [Fact]
    public void of_somebody_else_is_not_ours()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        byte[] signed = [.. Encoding.UTF8.GetBytes(Timestamp), .. Body];
        var theirs = Convert.ToBase64String(other.SignData(signed, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
        SendGridSignature.IsValid(Convert.ToBase64String(other.ExportSubjectPublicKeyInfo()), theirs, Timestamp, Body).ShouldBeTrue();
        SendGridSignature.IsValid(Key, theirs, Timestamp, Body).ShouldBeFalse();
    }

    [Fact]
    public void of_a_key_on_another_curve_is_not_sendgrids()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        byte[] signed = [.. Encoding.UTF8.GetBytes(Timestamp), .. Body];
        var theirs = Convert.ToBase64String(other.SignData(signed, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
        var key = Convert.ToBase64String(other.ExportSubjectPublicKeyInfo());
        SendGridSignature.IsValid(key, theirs, Timestamp, Body).ShouldBeFalse();
        new SendGridCredentials("SG.x", key).Errors().Keys.ShouldBe(["webhookPublicKey"]);
    }

    [Fact]
    public void fits_the_old_and_the_new_key_while_one_takes_the_others_place()
    {
        using var next = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var nextKey = Convert.ToBase64String(next.ExportSubjectPublicKeyInfo());
        SendGridSignature.IsValid($"{nextKey},{Key}", Signature, Timestamp, Body).ShouldBeTrue();
        SendGridSignature.IsValid($" {Key} , {nextKey},", Signature, Timestamp, Body).ShouldBeTrue();
        SendGridSignature.IsValid($"rubbish,{Key}", Signature, Timestamp, Body).ShouldBeTrue();
        SendGridSignature.IsValid($"{nextKey},rubbish", Signature, Timestamp, Body).ShouldBeFalse();
    }

    [Fact]
    public void is_in_der_and_in_nothing_else() // .NET's own default among the others
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        byte[] signed = [.. Encoding.UTF8.GetBytes(Timestamp), .. Body];
        var fixedLength = Convert.ToBase64String(key.SignData(signed, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
        SendGridSignature.IsValid(Convert.ToBase64String(key.ExportSubjectPublicKeyInfo()), fixedLength, Timestamp, Body).ShouldBeFalse();
    }

    public static TheoryData<string?, string?, string?> Rubbish => new()
    {
        { "", Signature, Timestamp }, // no key is configured: nobody is let in
        { Key, null, Timestamp },
        { Key, "", Timestamp },
        { Key, Signature, null },
        { Key, Signature, "" },
        { Key, "rubbish", Timestamp },
        { Key, "%%%%", Timestamp },
        { Key, "AAAA", Timestamp },
        { Key, "MEUCIGHQVtGj", Timestamp },
        { Key, Convert.ToBase64String(new byte[64]), Timestamp },
        { Key, Convert.ToBase64String(new byte[100_000]), Timestamp },
        { Key, Signature + "," + Signature, Timestamp },
        { "rubbish", Signature, Timestamp },
        { Key[..40], Signature, Timestamp },
        { "AAAA", Signature, Timestamp },
        { "-----BEGIN PUBLIC KEY-----\n" + Key + "\n-----END PUBLIC KEY-----", Signature, Timestamp },
        { Convert.ToBase64String(RSA.Create(1024).ExportSubjectPublicKeyInfo()), Signature, Timestamp },
    };

    [Theory, MemberData(nameof(Rubbish))]
    public void made_of_rubbish_is_refused_and_no_error(string? key, string? signature, string? timestamp) =>
        SendGridSignature.IsValid(key!, signature, timestamp, Body).ShouldBeFalse();

    [Fact]
    public void fits_no_empty_body() => SendGridSignature.IsValid(Key, Signature, Timestamp, []).ShouldBeFalse();
}
