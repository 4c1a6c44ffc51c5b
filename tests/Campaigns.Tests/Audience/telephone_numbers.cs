using Campaigns.Audience;

namespace Campaigns.Tests.Audience;

public sealed class telephone_numbers
{
    [Theory]
    [InlineData("+41791234567", "+41791234567"), InlineData(" +41 79 123 45 67 ", "+41791234567"), InlineData("+41 (0)79 123 45 67", "+41791234567")]
    [InlineData("+1 (415) 555-2671", "+14155552671"), InlineData("+1.415.555.2671", "+14155552671"), InlineData("+49 30/1234567", "+49301234567")]
    [InlineData("+44\u00a020\u20117946\u20130018", "+442079460018"), InlineData("+6834000", "+6834000"), InlineData("+491234567890123", "+491234567890123")]
    [InlineData("+41 079 123 45 67", "+41791234567"), InlineData("+39 (0)6 1234 5678", "+390612345678"), InlineData("+15555550123", "+15555550123")]
    [InlineData("0041 79 123 45 67", "+41791234567"), InlineData("0041791234567", "+41791234567"), InlineData("00 41 (0)79 123 45 67", "+41791234567")]
    [InlineData("\u202a+41 79 123 45 72\u202c", "+41791234572"), InlineData("+41791234574\u200b", "+41791234574"), InlineData("\ufeff+41\u206679\u2069123\u20114567", "+41791234567")]
    [InlineData("(+41) 79 123 45 67", "+41791234567"), InlineData("(0041) 79 123 45 67", "+41791234567"), InlineData("\uff0b41791234567", "+41791234567")]
    [InlineData("'0041791112217", "+41791112217"), InlineData("’+41791112217", "+41791112217"), InlineData("''+41791112217", "+41791112217"), InlineData("=+41791112217", "+41791112217")]
    [InlineData("＋４１７９１１１２２１７", "+41791112217"), InlineData("+٤١٧٩١١١٢٢١٧", "+41791112217"), InlineData("+۴۱۷۹۱۱۱۲۲۱۷", "+41791112217"), InlineData("+41−79−111−22−17", "+41791112217")]
    [InlineData("tel:+41791112217", "+41791112217"), InlineData("Tel.: +41 79 111 22 17", "+41791112217"), InlineData("Mobil: 0041 79 111 22 17", "+41791112217"), InlineData("+41 79 111 22 17 (mobile)", "+41791112217")]
    [InlineData("（+41）79 111 22 17", "+41791112217"), InlineData("+41 79 111 22 17 [Büro]", "+41791112217"), InlineData("\u3164+41791112217\u2800", "+41791112217"), InlineData("\"+41791112217\"", "+41791112217")]
    public void are_kept_in_one_form(string written, string kept)
    {
        PhoneNumber.Normalise(written).ShouldBe(kept);
        PhoneNumber.Normalise(kept).ShouldBe(kept);
    }

    [Theory]
    [InlineData(null), InlineData(""), InlineData(" "), InlineData("+"), InlineData("079 123 45 67"), InlineData("41791234567"), InlineData("00")]
    [InlineData("+0791234567"), InlineData("+123456"), InlineData("+1234567890123456"), InlineData("+41 79 CALL ME"), InlineData("+41 79 111 22 1²"), InlineData("+41791112217 / +41791112218"), InlineData("=41*2"), InlineData("+41 79 123 45 67 ext. 5")]
    [InlineData("++41791234567"), InlineData("whatsapp:+14155552671"), InlineData("whatsapp:0041791234567"), InlineData("ann@example.com"), InlineData("+41791234567\0")]
    [InlineData("+123456789012345"), InlineData("+4179123456"), InlineData("+417912345678"), InlineData("+999123456789"), InlineData("+1 415 555")]
    public void that_cannot_be_called_from_everywhere_are_none(string? written) => PhoneNumber.Normalise(written).ShouldBeNull();

    [Theory]
    [InlineData("+41791112217 / +41791112218", true), InlineData("+41791112217, +41791112218", true), InlineData("+41791112217;0041791112218", true), InlineData("+41791112217+41791112218", true)]
    [InlineData("+41791112217\n+41791112218", true), InlineData("079 111 22 17 or 079 111 22 18", true), InlineData("'+41791112217 & +41791112218", true)]
    [InlineData("+49 30/1234567", false), InlineData("079 123 45 67", false), InlineData("ask Ann, room 4", false), InlineData(null, false), InlineData("+41 79 111 22 17 ext. 5", false)]
    public void may_be_more_than_one_in_a_text(string? text, bool several) => PhoneNumber.IsSeveral(text).ShouldBe(several);

    [Fact]
    public void of_which_one_is_given_twice_are_refused_in_these_words() =>
        new ContactInput(Phone: "+41791112217, +41791112218").Normalise().Errors["phone"].ShouldHaveSingleItem().ShouldContain("more than one telephone number");
}
