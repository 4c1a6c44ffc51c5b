using System.Text;
using System.Text.Json;
using Campaigns.Consent;
using Campaigns.Providers;
using Campaigns.Providers.SendGrid;
using Campaigns.Recipients;

namespace Campaigns.Tests.Providers;

public sealed class a_table_of_answers
{
    const string Table = """
        {
          "codes": [
            { "code": "42*", "text": "*too many*", "category": "temporary", "throttles": true },
            { "code": "42*", "category": "content" },
            { "code": "550", "category": "recipient", "suppresses": "invalidAddress" }, // the same words as in events
          ]
        }
        """;

    [Theory]
    [InlineData("421", "Far too many of them", FailureCategory.Temporary, null, true)]
    [InlineData("421", "no", FailureCategory.Content, null, false)]
    [InlineData("421", null, FailureCategory.Content, null, false)]
    [InlineData("550", null, FailureCategory.Recipient, SuppressionReason.InvalidAddress, false)]
    public void gives_the_meaning_of_the_first_rule_that_fits(string code, string? text, FailureCategory category, SuppressionReason? suppresses, bool throttles) =>
        Read(Table).Find("codes", ("code", code), ("text", text)).ShouldBe(new AnswerMeaning(category, suppresses, throttles));

    [Fact]
    public void says_nothing_of_what_is_not_in_it()
    {
        Read(Table).Find("codes", ("code", "999"), ("text", "")).ShouldBeNull();
        Read(Table).Find("codes", ("text", "too many")).ShouldBeNull("a rule about a code fits no answer without one");
        Read(Table).Find("others", ("code", "550")).ShouldBeNull();
    }

    [Theory]
    [InlineData("""{"codes":[{"code":"1","category":"nonsense"}]}""")]
    [InlineData("""{"codes":[{"code":"1","category":3}]}""")]
    [InlineData("""{"codes":[{"code":"1"}]}""")]
    [InlineData("""{"codes":[{"code":1,"category":"content"}]}""")]
    [InlineData("""{"codes":[{"code":"1","category":"content","suppresses":"everything"}]}""")]
    [InlineData("null"), InlineData("[]"), InlineData("")]
    public void that_makes_no_sense_is_refused_as_a_whole(string table) => Should.Throw<JsonException>(() => Read(table));

    [Fact]
    public void may_be_another_than_the_one_that_comes_with_the_program()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, """{"mailSend":[{"status":"418","category":"temporary"}]}""");
            var answers = new SendGridAnswers(file);
            answers.ToMailSend("418", null, "").ShouldBe(new AnswerMeaning(FailureCategory.Temporary));
            answers.ToMailSend("400", null, "").ShouldBeNull();
            SendGridRegistration.AnswersFileCheck.Validate(null, new SendGridOptions { AnswersFile = file }).Succeeded.ShouldBeTrue();

            File.WriteAllText(file, "{");
            SendGridRegistration.AnswersFileCheck.Validate(null, new SendGridOptions { AnswersFile = file }).FailureMessage!.ShouldContain("SendGrid:AnswersFile");
        }
        finally
        {
            File.Delete(file);
        }

        SendGridRegistration.AnswersFileCheck.Validate(null, new SendGridOptions { AnswersFile = file }).Failed.ShouldBeTrue("it is not there");
        SendGridRegistration.AnswersFileCheck.Validate(null, new SendGridOptions()).Succeeded.ShouldBeTrue();
    }

    static AnswerTable Read(string table) => AnswerTable.Read(new MemoryStream(Encoding.UTF8.GetBytes(table)));
}
