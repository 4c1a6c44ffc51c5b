using Campaigns.Audience;

namespace Campaigns.Tests.Audience;

public sealed class the_merge_fields_of_a_contact
{
    [Fact]
    public void are_its_columns_and_its_attributes() =>
        Contact.MergeFields("ann@example.com", "+41791234567", "Ann", null, "Europe/Zurich", """{"company":"Acme","employees":12,"email":"other"}""").ShouldBe(
            new Dictionary<string, string?>
            {
                ["company"] = "Acme", ["employees"] = "12", ["email"] = "ann@example.com", ["phone"] = "+41791234567", ["first_name"] = "Ann", ["last_name"] = null,
                ["time_zone"] = "Europe/Zurich",
            },
            ignoreOrder: true);

    [Fact]
    public void name_a_telephone_that_is_kept_as_an_attribute() =>
        Contact.MergeFields("ann@example.com", null, "Ann", null, null, """{"phone":"079 123 45 67"}""")["phone"].ShouldBe("079 123 45 67");
}
