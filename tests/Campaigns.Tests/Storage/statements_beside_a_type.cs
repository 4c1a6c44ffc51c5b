using Campaigns.Storage;
using Campaigns.Storage.History;
using Campaigns.Storage.Schema;

namespace Campaigns.Tests.Storage;

public sealed class statements_beside_a_type
{
    [Fact]
    public void are_found_by_name() => Sql.Beside<HighWater>("Appenders").ShouldContain("mt_events_sequence");

    [Fact]
    public void that_are_not_there_are_named() =>
        Should.Throw<InvalidOperationException>(() => Sql.Beside<HighWater>("Nobody")).Message.ShouldBe("Campaigns has no embedded statement Campaigns.Storage.History.Nobody.sql.");

    [Fact]
    public void are_no_migrations()
    {
        var migrations = Migration.Of(typeof(Sql).Assembly).ToList();
        migrations.ShouldNotBeEmpty();
        Sql.Statements(typeof(Sql).Assembly).Select(statement => statement.Text).Intersect(migrations.Select(script => script.Text)).ShouldBeEmpty();
        migrations.Select(script => script.Number).ShouldBe(Enumerable.Range(1, migrations.Count));
    }
}
