using Campaigns.Consent;

namespace Campaigns.Tests.Consent;

public sealed class keywords_of_text_messages
{
    [Theory]
    [InlineData("STOP"), InlineData("stop"), InlineData(" Stop! "), InlineData("STOPALL"), InlineData("unsubscribe"), InlineData("CANCEL"), InlineData("END")]
    [InlineData("Quit"), InlineData("REVOKE"), InlineData("OPTOUT"), InlineData("opt out"), InlineData("Opt-Out now"), InlineData("stop please")]
    [InlineData("\"stop\""), InlineData("Stop. I never asked for this."), InlineData("STOP\nSent from my phone")]
    public void to_be_left_alone_are_honoured_in_whatever_is_said_around_them(string body) => SmsKeywords.Find(body).ShouldBe(SmsKeyword.Stop);

    [Theory]
    [InlineData("ＳＴＯＰ"), InlineData("ＳＴＯＰ　ｐｌｅａｓｅ"), InlineData("S\u200BTOP"), InlineData("please stop"), InlineData("Pls STOP!!"), InlineData("Hi, please stop texting me")]
    [InlineData("ARRET"), InlineData("arrêt"), InlineData("Arre\u0302tez s'il vous plaît"), InlineData("Bitte abmelden"), InlineData("Stopp"), InlineData("BAJA, por favor")]
    [InlineData("no thanks, stop"), InlineData("Remove me from your list"), InlineData("please take me off this list"), InlineData("Don't text me again")]
    [InlineData("Do not contact me"), InlineData("No more texts"), InlineData("I want to unsubscribe"), InlineData("Keine SMS mehr!"), InlineData("стоп"), InlineData("停止")]
    [InlineData("please cancel"), InlineData("STOP 🛑"), InlineData("\ud83d stop"), InlineData("stop\ufffe"), InlineData("\uffff stop")]
    public void to_be_left_alone_are_honoured_in_the_forms_and_languages_that_people_use(string body) => SmsKeywords.Find(body).ShouldBe(SmsKeyword.Stop);

    [Theory, InlineData("START"), InlineData("unstop"), InlineData("Yes."), InlineData(" yes ")]
    public void to_get_messages_again_stand_alone(string body) => SmsKeywords.Find(body).ShouldBe(SmsKeyword.Start);

    [Theory, InlineData("HELP"), InlineData("help?"), InlineData("Info")]
    public void for_help_stand_alone(string body) => SmsKeywords.Find(body).ShouldBe(SmsKeyword.Help);

    [Theory]
    [InlineData(""), InlineData("  "), InlineData("!!"), InlineData("Yes, but call me tomorrow"), InlineData("start tomorrow"), InlineData("help me with this")]
    [InlineData("Please do not stop"), InlineData("Stopped by, nobody there"), InlineData("opt"), InlineData("opt in"), InlineData("😀")]
    [InlineData("Please cancel my order from Monday"), InlineData("No problem, thanks"), InlineData("I would like to stop by tomorrow"), InlineData("Alto volume is great")]
    [InlineData("No more snow here"), InlineData("Thanks!"), InlineData("Bitte rufen Sie mich an")]
    public void are_none_of_the_words_that_only_look_like_them(string body) => SmsKeywords.Find(body).ShouldBeNull();
}
