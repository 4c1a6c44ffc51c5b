using Campaigns.Storage;

namespace Campaigns.Tests.Storage;

public sealed class a_statement_with_named_parameters
{
    [Fact]
    public void gets_a_number_for_each_name_and_one_for_a_name_that_comes_again()
    {
        var (text, names) = Sql.NumberParameters("select @some_id::uuid, @kind, @some_id, @kind_of");
        text.ShouldBe("select $1::uuid, $2, $1, $3");
        names.ShouldBe(["some_id", "kind", "kind_of"]);
    }

    [Theory]
    [InlineData("select x @> y, x <@ y, x @@ y, x @@to_tsquery('a') from t where address = 'a@example'")]
    [InlineData("select $1, $2")]
    public void leaves_operators_addresses_and_numbers_alone(string statement)
    {
        var (text, names) = Sql.NumberParameters(statement);
        text.ShouldBe(statement);
        names.ShouldBeEmpty();
    }
}
