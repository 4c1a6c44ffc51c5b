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
    [InlineData("jürg@müller.example", "jürg@müller.example")]
    [InlineData("info@例え.テスト", "info@例え.テスト")]
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

    [Fact]
    public void have_their_lengths()
    {
        EmailAddress.Normalise(new string('a', 64) + "@example.com").ShouldNotBeNull();
        EmailAddress.Normalise(new string('a', 65) + "@example.com").ShouldBeNull();
        EmailAddress.Normalise("a@" + new string('b', 63) + ".com").ShouldNotBeNull();
        EmailAddress.Normalise("a@" + new string('b', 64) + ".com").ShouldBeNull();
        EmailAddress.Normalise("a@" + string.Concat(Enumerable.Repeat("bbbbbbbbb.", 25)) + "bb").ShouldNotBeNull(); // 254
        EmailAddress.Normalise("a@" + string.Concat(Enumerable.Repeat("bbbbbbbbb.", 25)) + "bbb").ShouldBeNull();
    }
}
