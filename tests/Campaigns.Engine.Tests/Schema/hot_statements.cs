using Npgsql;

namespace Campaigns.Engine.Tests.Schema;

/// <summary>Over a long queue, with the plans that are made without looking at the values: those that a connection keeps.</summary>
[Collection("postgres")]
public sealed class hot_statements(PostgresFixture postgres) : IAsyncLifetime
{
    const int Waiting = 50_000;

    TestEngine bank = null!;

    public async Task InitializeAsync()
    {
        bank = await TestEngine.Start(postgres);
        await bank.Ask(
            $"""
            insert into messages (id, queue, kind, tenant_id, body, due, sent_at, priority, handled_at)
            select gen_random_uuid(), 'single', 'pay', 'acme', '{"{}"}', now() + i * interval '1 second', now(), abs(i) % 3 - 1, case when i % 4 = 0 then now() end
            from generate_series(-{Waiting / 2}, {Waiting / 2}) i
            """);
        await bank.Ask("analyze messages");
    }

    public async Task DisposeAsync() => await bank.DisposeAsync();

    [Theory]
    [InlineData("ClaimMessages", "varchar, timestamptz, int, uuid, timestamptz, smallint[], varchar[]", "'single', now(), 10, gen_random_uuid(), now(), '{-1,0,1}', '{pay}'", "messages_due")]
    [InlineData("NextDue", "varchar, smallint[], varchar[]", "'single', '{-1,0,1}', '{pay}'", "messages_due")]
    [InlineData("GiveBackMessages", "uuid[], uuid[], int", "'{}', '{}', 1", "messages_pkey")]
    [InlineData("RenewClaims", "uuid[], uuid[], timestamptz", "'{}', '{}', now()", "messages_pkey")]
    [InlineData("ForgetHandledMessages", "timestamptz, int", "now(), 1000", "messages_handled")]
    public async Task go_by_an_index_however_long_the_queue_is(string name, string types, string values, string index)
    {
        var text = Sql.Statements(typeof(EngineModel).Assembly).Single(statement => statement.Name == $"Campaigns.Engine.Messages.{name}.sql").Text;
        await using var connection = await bank.Database.OpenConnectionAsync();
        await Run($"set plan_cache_mode = force_generic_plan; prepare hot ({types}) as {text}");
        await using var explain = new NpgsqlCommand($"explain (costs off) execute hot ({values})", connection);
        await using var reader = await explain.ExecuteReaderAsync();
        var plan = new List<string>();
        while (await reader.ReadAsync())
        {
            plan.Add(reader.GetString(0));
        }

        plan.ShouldContain(line => line.Contains($"using {index} ", StringComparison.Ordinal));
        plan.ShouldNotContain(line => line.Contains("Seq Scan", StringComparison.Ordinal));
        await reader.DisposeAsync();
        await Run("deallocate hot; reset plan_cache_mode");

        async Task Run(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync();
        }
    }
}
