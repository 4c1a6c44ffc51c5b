using Npgsql;

namespace Campaigns.Engine.Tests;

[Collection("postgres")]
public sealed class the_postgres_of_the_tests(PostgresFixture postgres)
{
    [Fact]
    public async Task gives_each_class_a_schema_of_its_own()
    {
        await using var one = NpgsqlDataSource.Create(await postgres.NewSchema());
        await using var other = NpgsqlDataSource.Create(await postgres.NewSchema());
        await one.CreateCommand("create table mine (id int)").ExecuteNonQueryAsync();

        (await other.CreateCommand("select to_regclass('mine')::text").ExecuteScalarAsync()).ShouldBe(DBNull.Value);
    }

    [Fact]
    public async Task gives_a_database_of_its_own_where_a_schema_does_not_do()
    {
        await using var one = NpgsqlDataSource.Create(await postgres.NewDatabase());
        await using var other = NpgsqlDataSource.Create(await postgres.NewDatabase());

        var names = new[] { one, other }.Select(database => database.CreateCommand("select current_database()").ExecuteScalar());

        names.Distinct().Count().ShouldBe(2);
    }
}
