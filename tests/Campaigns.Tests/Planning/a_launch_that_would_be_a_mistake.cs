using Campaigns.Planning;

namespace Campaigns.Tests.Planning;

public sealed class a_launch_that_would_be_a_mistake
{
    [Theory, InlineData(0, 0), InlineData(10, 0), InlineData(10, 5), InlineData(1, 0)]
    public void is_none_where_half_of_the_messages_or_more_are_fine(int examined, int wouldFail) =>
        Audiences.FindMistake(Content(examined, wouldFail, "first_name")).ShouldBeNull();

    [Fact]
    public void names_the_field_that_most_lack_a_contact_who_lacks_it_and_what_would_do() =>
        Audiences.FindMistake(Content(10, 6, "first_name")).ShouldNotBeNull().ShouldSatisfyAllConditions(
            refusal => refusal.Code.ShouldBe("most-would-fail"),
            refusal => refusal.Explanation.ShouldBe(
                "6 of 10 messages would fail. 6: there is no first_name, as with contact 00000000-0000-0000-0000-000000000000. Write {{insert first_name \"default=...\"}} in the template, or give the "
                + "contacts a value. launch?force=true launches it all the same."));

    [Fact]
    public void says_what_the_server_lacks_where_it_can_make_no_links() =>
        Audiences.FindMistake(Content(2, 2, "unsubscribe_url"))!.Explanation.ShouldContain("until PublicUrl and Secrets:Key are set");

    static ContentCheck Content(int examined, int wouldFail, string field) => new(
        examined, wouldFail,
        wouldFail == 0 ? [] : [new ContentProblem("missing-variables", field, $"there is no {field}", wouldFail, [new ContactExample(Guid.Empty, "ann@a.example", null)])]);
}
