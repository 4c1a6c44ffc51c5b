using System.Buffers.Text;
using System.Security.Cryptography;
using Campaigns.Consent;
using Campaigns.Http;
using Campaigns.Tenancy;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Campaigns.Tests.Consent;

public sealed class links_to_unsubscribe
{
    static readonly string Key = NewKey();

    static readonly string Token = Tokens(Key).Make("acme", Some.Id)!;

    [Theory, InlineData("acme"), InlineData("a"), InlineData("Zürich"), InlineData("an organisation with a rather long name, longer than most of them are")]
    public void name_a_recipient(string tenantId) => Tokens(Key).Read(Tokens(Key).Make(tenantId, Some.Id)!).ShouldBe((tenantId, Some.Id));

    [Fact]
    public void are_made_of_letters_that_survive_every_mail_program() => Token.ShouldMatch("^[A-Za-z0-9_-]{40,80}$");

    [Fact]
    public void cannot_be_changed_to_name_somebody_else()
    {
        var bytes = Base64Url.DecodeFromChars(Token);
        for (var i = 0; i < bytes.Length; i++)
        {
            var changed = bytes.ToArray();
            changed[i] ^= 1;
            Tokens(Key).Read(Base64Url.EncodeToString(changed)).ShouldBeNull();
        }

        Tokens(Key).Read(Base64Url.EncodeToString(bytes.AsSpan()[..^1])).ShouldBeNull();
        Tokens(Key).Read(Base64Url.EncodeToString([.. bytes, (byte)'x'])).ShouldBeNull();
    }

    [Theory, InlineData(""), InlineData("x"), InlineData("%%%"), InlineData("ä"), InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), InlineData("a b"), InlineData("\0")]
    public void made_of_rubbish_name_nobody(string token) => Tokens(Key).Read(token).ShouldBeNull();

    [Fact]
    public void work_as_long_as_their_key_is_kept()
    {
        Tokens(NewKey(), NewKey(), Key).Read(Token).ShouldBe(("acme", Some.Id));
        Tokens("", Key).Read(Token).ShouldBe(("acme", Some.Id));
        Tokens(NewKey()).Read(Token).ShouldBeNull();
        Tokens("").Read(Token).ShouldBeNull();
    }

    [Theory]
    [InlineData("https://mail.example.com", "https://mail.example.com/u/")]
    [InlineData("https://example.com/campaigns", "https://example.com/campaigns/u/")]
    [InlineData("https://example.com/campaigns/", "https://example.com/campaigns/u/")]
    [InlineData("example.com", null), InlineData("ftp://example.com", null), InlineData("", null), InlineData(null, null)]
    public void lead_to_where_the_world_reaches_the_server(string? publicUrl, string? start)
    {
        var link = Links(publicUrl, Key).For("acme", Some.Id);
        (link is null ? null : link.AbsoluteUri).ShouldBe(start is null ? null : start + Token);
    }

    [Fact]
    public void are_not_made_without_a_key() => Links("https://example.com", "").For("acme", Some.Id).ShouldBeNull();

    static UnsubscribeLinks Links(string? publicUrl, string key) => new(
        Tokens(key), new PublicUrl(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["PublicUrl"] = publicUrl }).Build()));

    static UnsubscribeTokens Tokens(string key, params string[] previous) => new(Options.Create(new SecretsOptions { Key = key, PreviousKeys = previous }));

    static string NewKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
}
