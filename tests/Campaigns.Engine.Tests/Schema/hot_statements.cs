using Npgsql;

namespace Campaigns.Engine.Tests.Schema;

/// <summary>What runs all the time must cost what it gives, and not what there is.</summary>
[Collection("postgres")]
public sealed class hot_statements(PostgresFixture postgres) : IAsyncLifetime
{
    const int Events = 200_000;
    const int Messages = 50_000;

    TestEngine bank = null!;
    NpgsqlConnection connection = null!;
    int prepared;

    public async Task InitializeAsync()
    {
        bank = await TestEngine.Start(postgres);
        connection = await bank.Database.OpenConnectionAsync();
    }

    public async Task DisposeAsync()
    {
        await connection.DisposeAsync();
        await bank.DisposeAsync();
    }

    [Theory]
    [InlineData("force_custom_plan")]
    [InlineData("force_generic_plan")]
    public async Task read_events_by_an_index_and_stop_at_the_limit(string mode)
    {
        // A thousand streams; every hundredth event is of a small tenant, every tenth a deposit.
        await Run($"""
            insert into mt_events (id, stream_id, version, data, type, tenant_id)
            select gen_random_uuid(), md5('stream ' || i % 1000)::uuid, i / 1000 + 1, '{"{}"}', case i % 10 when 0 then 'deposited' else 'noted' end,
                   case i % 100 when 0 then 'small' else 'acme' end
            from generate_series(0, {Events - 1}) i
            """);
        await Run("analyze mt_events");
        await Run($"set plan_cache_mode = {mode}");

        foreach (var (filter, looked) in new[] { ("null, null", 100), ("'{deposited}', null", 1000), ("null, 'small'", 10_000), ("'{deposited}', 'small'", 10_000) })
        {
            var plan = await Plan("Events.ReadRange", "bigint, bigint, varchar[], varchar, int", $"1000, {Events}, {filter}, 100");
            plan.ShouldContain("Index Scan using pkey_mt_events_seq_id");
            plan.ShouldContain("(actual rows=100 ");
            plan.ShouldNotContain("Sort");
            var passedOver = plan.Split('\n').Select(line => line.Split("Rows Removed by Filter: ")).Where(line => line.Length == 2).Sum(line => int.Parse(line[1], null));
            passedOver.ShouldBeLessThanOrEqualTo(looked, filter);
        }

        (await Plan("Events.ReadStream", "varchar, uuid, bigint, bigint, timestamptz", "'acme', md5('stream 7')::uuid, 0, 100, 'infinity'"))
            .ShouldContain("Index Scan using pk_mt_events_stream_and_version");
        (await Plan("Events.SettledPosition", "bigint, int", "1000, 100")).ShouldContain("Index Only Scan using pkey_mt_events_seq_id");
    }

    [Fact]
    public async Task look_after_messages_by_an_index_however_long_the_queue_is()
    {
        await Run($"""
            insert into messages (id, queue, kind, tenant_id, body, due, sent_at, priority, handled_at)
            select gen_random_uuid(), 'single', 'pay', 'acme', '{"{}"}', now() + i * interval '1 second', now(), abs(i) % 3 - 1, case when i % 4 = 0 then now() end
            from generate_series(-{Messages / 2}, {Messages / 2}) i
            """);
        await Run("analyze messages");
        await Run("set plan_cache_mode = force_generic_plan"); // as a connection keeps it

        foreach (var (name, types, values, index) in new[]
        {
            ("ClaimMessages", "varchar, timestamptz, int, uuid, timestamptz, smallint[], varchar[]",
                "'single', now(), 10, gen_random_uuid(), now(), '{-1,0,1}', '{pay}'", "messages_due"),
            ("NextDue", "varchar, smallint[], varchar[]", "'single', '{-1,0,1}', '{pay}'", "messages_due"),
            ("GiveBackMessages", "uuid[], uuid[], int, timestamptz", "'{}', '{}', 1, null", "messages_pkey"),
            ("RenewClaims", "uuid[], uuid[], timestamptz", "'{}', '{}', now()", "messages_pkey"),
            ("ForgetHandledMessages", "timestamptz, int", "now() - interval '1 hour', 10", "messages_handled"),
        })
        {
            var plan = await Plan($"Messages.{name}", types, values);
            plan.ShouldContain($"using {index} ");
            plan.ShouldNotContain("Seq Scan");
        }
    }

    async Task<string> Plan(string name, string types, string values)
    {
        var text = Sql.Statements(typeof(EngineModel).Assembly).Single(statement => statement.Name == $"Campaigns.Engine.{name}.sql").Text;
        await Run($"prepare hot{++prepared} ({types}) as {text}");
        await using var command = new NpgsqlCommand($"explain (analyze, costs off, timing off, summary off) execute hot{prepared} ({values})", connection);
        await using var reader = await command.ExecuteReaderAsync();
        var lines = new List<string>();
        while (await reader.ReadAsync())
        {
            lines.Add(reader.GetString(0));
        }

        return string.Join('\n', lines);
    }

    async Task Run(string text)
    {
        await using var command = new NpgsqlCommand(text, connection);
        await command.ExecuteNonQueryAsync();
    }
}
