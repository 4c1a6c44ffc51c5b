using Campaigns.Engine.Events;
using Campaigns.Engine.Messages;
using Campaigns.Engine.Schema;
using Npgsql;
using static Campaigns.Engine.Tests.TestEngine;

namespace Campaigns.Engine.Tests.Schema;

/// <summary>The first released schema, migrations 1 to 3, with rows as that version wrote them. What came later must take it from there.</summary>
[Collection("postgres")]
public sealed class a_database_of_an_older_version(PostgresFixture postgres) : IAsyncLifetime
{
    const int Released = 3;

    readonly Guid account = Guid.CreateVersion7();
    readonly Guid journal = Guid.CreateVersion7();
    string connectionString = null!;

    public async Task InitializeAsync()
    {
        connectionString = await postgres.NewSchema();
        await using var database = NpgsqlDataSource.Create(connectionString);
        await new Migrator(database, [.. Scripts().Where(script => script.Module != "Campaigns.Engine" || script.Number <= Released)]).Migrate(default);
        await Fill(database);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task lacks_exactly_what_came_later()
    {
        await using var database = NpgsqlDataSource.Create(connectionString);
        (await new Migrator(database, Scripts()).Pending(default)).ShouldBe(Scripts().Where(script => script.Module == "Campaigns.Engine" && script.Number > Released));
    }

    [Fact]
    public async Task equals_a_fresh_one_once_it_is_migrated_and_has_nothing_wrong_with_it()
    {
        await using var bank = await TestEngine.Start(connectionString);
        foreach (var check in bank.Doctor.Checks.Where(check => check.Name != "standstill"))
        {
            (await check.Run(null, default)).Findings.ShouldBeEmpty(check.Name);
        }
    }

    [Fact]
    public async Task keeps_its_rows_and_they_work()
    {
        await using var bank = await TestEngine.Start(connectionString);

        (await bank.Load(account)).ShouldBe(new(account, new Account("Ada", 3, 2), 2));
        (await bank.Store.Load<Journal>(Tenant, journal, default)).ShouldBe(new(journal, new Journal(1, "one"), 1));
        var session = bank.Session();
        session.Append<Account>(account, ExpectedVersion.Exactly(2), new Deposited(4));
        session.Append(await bank.Store.Load<Journal>(Tenant, journal, default), new Noted("two"));
        await session.Commit(default);
        (await bank.Workers.RunOnce()).ShouldBe(1, "the message that was waiting");
        (await bank.Load(account)).State.Balance.ShouldBe(3 + 4 + 10);

        var replay = bank.Session();
        replay.ReplayDead("account", account);
        await replay.Commit(default);
        await bank.Workers.RunOnce();
        (await bank.Load(account)).State.Balance.ShouldBe(3 + 4 + 10 + 100);
        (await bank.Ask("select balance from balances")).ShouldBe("117");
        (await bank.Count("messages")).ShouldBe(0);
    }

    static List<Migration> Scripts() => [.. new[] { typeof(Migrator).Assembly, typeof(TestEngine).Assembly }.SelectMany(Migration.Of)];

    /// <summary>In statements of that time: what the program of today writes may need the schema of today.</summary>
    async Task Fill(NpgsqlDataSource database)
    {
        foreach (var statement in new[]
        {
            $$"""
            select append_events('acme', '2026-02-01', array['{{account}}'::uuid], array['account'::varchar], array[0::bigint], array[2::bigint],
                array[gen_random_uuid(), gen_random_uuid()], array['{{account}}'::uuid, '{{account}}'], array[1::bigint, 2],
                array['account_opened'::varchar, 'deposited'], array['x'::varchar, 'x'], array['{"owner": "Ada"}'::jsonb, '{"amount": 3}'], null, null, 'eve', null)
            """,
            $"insert into balances (tenant_id, account, balance, facts) values ('acme', '{account}', 3, 2)",
            $$"""
            select append_events('acme', '2026-02-01', array['{{journal}}'::uuid], array['journal'::varchar], array[0::bigint], array[1::bigint],
                array[gen_random_uuid()], array['{{journal}}'::uuid], array[1::bigint], array['noted'::varchar], array['x'::varchar],
                array['{"text": "one"}'::jsonb], null, null, null, null)
            """,
            $$"""insert into mt_doc_journal (tenant_id, id, data, mt_version) values ('acme', '{{journal}}', '{"notes": 1, "last": "one"}', 1)""",
            $$"""
            insert into messages (id, queue, kind, tenant_id, body, due, sent_at)
            values (gen_random_uuid(), 'single', 'pay', 'acme', '{"account": "{{account}}", "amount": 10}', '2026-02-01', '2026-02-01')
            """,
            $$"""
            insert into messages (id, queue, kind, tenant_id, body, due, sent_at, attempts, last_error, dead_at)
            values (gen_random_uuid(), 'single', 'pay', 'acme', '{"account": "{{account}}", "amount": 100}', '2026-02-01', '2026-02-01', 10, 'No money.', '2026-02-02')
            """,
        })
        {
            await using var command = database.CreateCommand(statement);
            await command.ExecuteNonQueryAsync();
        }
    }
}
