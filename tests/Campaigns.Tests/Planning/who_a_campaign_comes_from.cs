using Campaigns.Planning;
using Campaigns.Providers;

namespace Campaigns.Tests.Planning;

public sealed class who_a_campaign_comes_from
{
    [Theory]
    [InlineData("X\" <ceo@bank.example>, \"Y"), InlineData("Anna\nBcc: e@x.example"), InlineData("Anna\u202e"), InlineData("Ann\0a")]
    public void has_no_name_that_mail_programs_read_as_more(string name) => Errors(new SenderAddress("anna@x.example", name)).ShouldBe(["from.name"]);

    [Fact]
    public void has_a_name_that_is_not_too_long()
    {
        Errors(new SenderAddress("anna@x.example", new string('a', 201))).ShouldBe(["from.name"]);
        Errors(new SenderAddress("anna@x.example", new string('a', 200))).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Anna \"Annie\" Lee"), InlineData("Anna\\"), InlineData("Lee, Anna; Dr."), InlineData("नाम 👩\u200d👧")]
    public void has_a_name_with_quotes_and_the_like(string name) => Errors(new SenderAddress("anna@x.example", name)).ShouldBeEmpty();

    [Fact]
    public void is_kept_in_the_form_in_which_addresses_are_compared() =>
        new CampaignInput("Spring", From: new SenderAddress("\u200bAnna@Bücher.example ", "Anna", "reply@BÜCHER.example")).ToSettings().From
            .ShouldBe(new SenderAddress("anna@xn--bcher-kva.example", "Anna", "reply@xn--bcher-kva.example"));

    static IEnumerable<string> Errors(SenderAddress from) => new CampaignInput("Spring", From: from).Errors().Keys;
}
