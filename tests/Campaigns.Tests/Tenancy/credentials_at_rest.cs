using System.Security.Cryptography;
using Campaigns.Tenancy;

namespace Campaigns.Tests.Tenancy;

public sealed class credentials_at_rest
{
    static readonly SecretsOptions Old = new() { Key = Convert.ToBase64String(Enumerable.Repeat((byte)1, 32).ToArray()) };
    static readonly SecretsOptions New = new() { Key = Convert.ToBase64String(Enumerable.Repeat((byte)2, 32).ToArray()), PreviousKeys = [Old.Key] };

    static readonly byte[] Secret = "SG.secret"u8.ToArray();

    static SealedCredentials Seal(SecretsOptions secrets) => CredentialsCipher.Seal(secrets, "acme", "sendgrid", Some.Id, Secret);

    [Fact]
    public void open_for_whom_they_belong_to()
    {
        var credentials = Seal(Old);
        CredentialsCipher.Open(Old, "acme", "sendgrid", credentials).ShouldBe(Secret);
        credentials.Bytes.AsSpan().IndexOf(Secret).ShouldBe(-1);
        Seal(Old).Bytes.ShouldNotBe(credentials.Bytes, "a nonce is used once");
    }

    [Fact]
    public void open_for_nobody_else()
    {
        var credentials = Seal(Old);
        Should.Throw<CryptographicException>(() => CredentialsCipher.Open(Old, "eve", "sendgrid", credentials));
        Should.Throw<CryptographicException>(() => CredentialsCipher.Open(Old, "acme", "smtp", credentials));
        Should.Throw<CryptographicException>(() => CredentialsCipher.Open(Old, "acme", "sendgrid", credentials with { Id = Guid.Empty }));
    }

    [Fact]
    public void do_not_open_once_they_were_changed()
    {
        var credentials = Seal(Old);
        for (var i = 0; i < credentials.Bytes.Length; i++)
        {
            var changed = credentials.Bytes.ToArray();
            changed[i] ^= 1;
            Should.Throw<CryptographicException>(() => CredentialsCipher.Open(Old, "acme", "sendgrid", credentials with { Bytes = changed }));
        }

        Should.Throw<CryptographicException>(() => CredentialsCipher.Open(Old, "acme", "sendgrid", credentials with { Bytes = [1, 2, 3] }));
    }

    [Fact]
    public void open_with_a_previous_key_and_are_sealed_with_the_present_one()
    {
        CredentialsCipher.Open(New, "acme", "sendgrid", Seal(Old)).ShouldBe(Secret);
        Should.Throw<CryptographicException>(() => CredentialsCipher.Open(Old, "acme", "sendgrid", Seal(New))).Message.ShouldContain("Secrets:PreviousKeys");
        Seal(New).KeyId.ShouldBe(CredentialsCipher.CurrentKeyId(New));
    }

    [Fact]
    public void have_fingerprints_that_nobody_without_the_key_can_make()
    {
        var fingerprint = CredentialsCipher.Fingerprint(Old, Secret);
        fingerprint.ShouldBe(CredentialsCipher.Fingerprint(Old, Secret));
        fingerprint.ShouldNotBe(CredentialsCipher.Fingerprint(Old, "SG.other"u8));
        fingerprint.ShouldNotBe(CredentialsCipher.Fingerprint(New, Secret));
    }

    [Fact]
    public void are_kept_under_keys_of_32_bytes()
    {
        new SecretsOptions().IsValid.ShouldBeTrue("to have none is no mistake");
        New.IsValid.ShouldBeTrue();
        new SecretsOptions { Key = "c2hvcnQ=" }.IsValid.ShouldBeFalse();
        new SecretsOptions { Key = "not base64" }.IsValid.ShouldBeFalse();
        new SecretsOptions { Key = Old.Key, PreviousKeys = ["c2hvcnQ="] }.IsValid.ShouldBeFalse();
        Should.Throw<InvalidOperationException>(() => new SecretsOptions().Derive("anything"));
    }

    [Fact]
    public void have_a_key_that_tells_nothing_about_those_for_other_purposes()
    {
        Old.Derive("one").ShouldNotBe(Old.Derive("other"));
        New.DeriveAll("one").ShouldBe([New.Derive("one"), Old.Derive("one")]);
    }
}
