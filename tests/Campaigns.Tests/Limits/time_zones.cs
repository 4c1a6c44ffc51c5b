using Campaigns.Limits;

namespace Campaigns.Tests.Limits;

public sealed class time_zones
{
    [Theory]
    [InlineData("Europe/Zurich", "Europe/Zurich"), InlineData(" europe/zurich ", "Europe/Zurich"), InlineData("W. Europe Standard Time", "Europe/Berlin"), InlineData("UTC", "UTC")]
    public void are_found_by_many_names(string name, string kept) => TimeZones.Find(name).ShouldBe(kept);

    [Theory]
    [InlineData("localtime"), InlineData("LOCALTIME"), InlineData("posixrules"), InlineData("Factory"), InlineData("leapseconds")]
    [InlineData("right/Europe/Paris"), InlineData("RIGHT/UTC"), InlineData("posix/Europe/Paris"), InlineData("")]
    public void are_not_all_files_of_the_zone_database(string name) => TimeZones.Find(name).ShouldBeNull();
}
