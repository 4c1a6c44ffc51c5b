using Campaigns.Audience;

namespace Campaigns.Tests.Audience;

public sealed class the_merge_fields_of_a_contact
{
    [Fact]
    public void are_its_columns_and_its_attributes() =>
        Contact.MergeFields("ann@example.com", "Ann", null, "Europe/Zurich", """{"company":"Acme","employees":12,"email":"other"}""").ShouldBe(
            new Dictionary<string, string?>
            {
                ["company"] = "Acme", ["employees"] = "12", ["email"] = "ann@example.com", ["first_name"] = "Ann", ["last_name"] = null, ["time_zone"] = "Europe/Zurich",
            },
            ignoreOrder: true);
}
