using Campaigns.Audience;

namespace Campaigns.Tests.Audience;

public sealed class e_mail_addresses
{
    [Theory]
    [InlineData("ann@example.com", "ann@example.com")]
    [InlineData("  Ann.Lee@Example.COM \t", "ann.lee@example.com")]
    [InlineData("open+click.7@mail.example", "open+click.7@mail.example")]
    [InlineData("o'neill@example.ie", "o'neill@example.ie")]
    [InlineData("x@a.bc", "x@a.bc")]
    [InlineData("jürg@müller.example", "jürg@xn--mller-kva.example")]
    [InlineData("info@例え.テスト", "info@xn--r8jz45g.xn--zckzah")]
    [InlineData("a@xn--r8jz45g.xn--zckzah", "a@xn--r8jz45g.xn--zckzah")]
    [InlineData("a@1-2.example", "a@1-2.example")]
    public void are_kept_in_one_form(string given, string kept) => EmailAddress.Normalise(given).ShouldBe(kept);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("ann")]
    [InlineData("@example.com")]
    [InlineData("ann@")]
    [InlineData("ann@@example.com")]
    [InlineData("ann@lee@example.com")]
    [InlineData("ann lee@example.com")]
    [InlineData("ann@exam ple.com")]
    [InlineData("ann@ example.com")]
    [InlineData("ann\t@example.com")]
    [InlineData("ann\0@example.com")]
    [InlineData("ann\n@example.com")]
    [InlineData(".ann@example.com")]
    [InlineData("ann.@example.com")]
    [InlineData("ann..lee@example.com")]
    [InlineData("ann@.example.com")]
    [InlineData("ann@example.com.")]
    [InlineData("ann@example..com")]
    [InlineData("ann@example")]
    [InlineData("ann@example.c")]
    [InlineData("ann@-example.com")]
    [InlineData("ann@example-.com")]
    [InlineData("ann@exam_ple.com")]
    [InlineData("ann@192.168.0.1")]
    [InlineData("ann@[192.168.0.1]")]
    [InlineData("\"ann lee\"@example.com")]
    [InlineData("Ann <ann@example.com>")]
    [InlineData("ann@example.com,lee@example.com")]
    [InlineData("ann@exam\ufffdple.com")]
    public void that_no_mailbox_can_have_are_refused(string? given) => EmailAddress.Normalise(given).ShouldBeNull();

    [Theory]
    [InlineData("x@bücher.example", "x@xn--bcher-kva.example")]
    [InlineData("x@bu\u0308cher.example", "x@BÜCHER.example")]
    [InlineData("x@XN--BCHER-KVA.Example", "x@bücher.example")]
    [InlineData("x@ｂücher.example", "x@bücher.example")]
    [InlineData("x@bücher。example", "x@bücher．example")]
    [InlineData("jos\u00e9@example.com", "jose\u0301@example.com")]
    [InlineData("JOSE\u0301@example.com", "josé@example.com")]
    [InlineData("\ufeffanna@example.com", "anna@example.com")]
    [InlineData("\u200banna@example.com", "anna@example.com\u200b")]
    [InlineData("\u202aanna@example.com\u202c", "\u00a0anna@example.com\u2003")]
    [InlineData("anna@example.com\u200e\u00ad", "anna@example.com")]
    public void are_one_where_they_are_two_spellings_of_one_mailbox(string one, string other)
    {
        EmailAddress.Normalise(one).ShouldNotBeNull();
        EmailAddress.Normalise(one).ShouldBe(EmailAddress.Normalise(other));
        EmailAddress.Problem(one).ShouldBeNull();
    }

    [Theory]
    [InlineData("x@straße.example", "x@strasse.example")]
    [InlineData("x@faß.example", "x@fass.example")]
    [InlineData("jose@example.com", "josé@example.com")]
    [InlineData("a+b@example.com", "a@example.com")]
    public void are_two_where_they_are_two_mailboxes(string one, string other) =>
        EmailAddress.Normalise(one).ShouldNotBe(EmailAddress.Normalise(other).ShouldNotBeNull());

    [Theory]
    [InlineData("an\u200bna@example.com", "U+200B")]
    [InlineData("anna@exam\u200bple.com", "U+200B")]
    [InlineData("anna@exam\u00adple.com", "U+00AD")]
    [InlineData("an\u202ena@example.com", "U+202E")]
    [InlineData("anna@exa\u00a0mple.com", "U+00A0")]
    [InlineData("an na@example.com", "U+0020")]
    [InlineData("mailto:anna@example.com", "':' (U+003A)")]
    [InlineData("anna@example.com,lee@example.com", "'@' (U+0040)")]
    [InlineData("anna@exam_ple.com", "'_' (U+005F)")]
    [InlineData("\u201canna\u201d@example.com", "U+201C")]
    [InlineData("Anna <anna@example.com>", "without a name")]
    [InlineData("<anna@example.com>", "without < and >")]
    [InlineData("anna@example.com.", "end in a dot")]
    [InlineData("anna", "an @")]
    [InlineData("", "an @")]
    public void that_are_none_are_refused_with_what_is_wrong(string given, string named)
    {
        EmailAddress.Normalise(given).ShouldBeNull();
        EmailAddress.Problem(given).ShouldNotBeNull().ShouldContain(named);
    }

    [Fact]
    public void take_no_half_of_a_character()
    {
        EmailAddress.Normalise("a\ud83d@example.com").ShouldBeNull();
        EmailAddress.Normalise("a@exam\udc00ple.com").ShouldBeNull();
        EmailAddress.Normalise("\ud83d\ude00@example.com").ShouldBe("\ud83d\ude00@example.com");
    }

    [Fact]
    public void have_their_lengths()
    {
        EmailAddress.Normalise(new string('é', 32) + "@example.com").ShouldNotBeNull("64 bytes of UTF-8");
        EmailAddress.Normalise(new string('é', 33) + "@example.com").ShouldBeNull();
        EmailAddress.Normalise("a@" + new string('ü', 60) + ".com").ShouldBeNull("its A-label is too long");
        EmailAddress.Normalise(new string('a', 100_000) + "@example.com").ShouldBeNull();
        EmailAddress.Normalise(new string('a', 64) + "@example.com").ShouldNotBeNull();
        EmailAddress.Normalise(new string('a', 65) + "@example.com").ShouldBeNull();
        EmailAddress.Normalise("a@" + new string('b', 63) + ".com").ShouldNotBeNull();
        EmailAddress.Normalise("a@" + new string('b', 64) + ".com").ShouldBeNull();
        EmailAddress.Normalise("a@" + string.Concat(Enumerable.Repeat("bbbbbbbbb.", 25)) + "bb").ShouldNotBeNull(); // 254
        EmailAddress.Normalise("a@" + string.Concat(Enumerable.Repeat("bbbbbbbbb.", 25)) + "bbb").ShouldBeNull();
    }
}
