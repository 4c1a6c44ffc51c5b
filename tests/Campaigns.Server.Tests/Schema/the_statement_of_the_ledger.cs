using Npgsql;

namespace Campaigns.Server.Tests.Schema;

/// <summary>The statement that writes recipients names each column several times: each must mean the same one.</summary>
[Collection("postgres")]
public sealed class the_statement_of_the_ledger(PostgresFixture postgres) : IAsyncLifetime
{
    const string Name = "Campaigns.Ledger.ChangeRecipients.sql";

    /// <summary>What the first event of somebody says.</summary>
    static readonly string[] OfTheFirst = ["tenant_id", "id", "campaign_id", "step", "contact_id", "channel", "status", "queued_at"];

    static readonly (string Text, IReadOnlyList<string> Names) Statement =
        Sql.NumberParameters(Sql.Statements(typeof(CampaignsModule).Assembly).Single(statement => statement.Name == Name).Text);

    ApiHost host = null!;
    NpgsqlConnection connection = null!;

    public async Task InitializeAsync()
    {
        host = await ApiHost.Start(await postgres.NewDatabase());
        connection = await host.Store.Database.OpenConnectionAsync();
        await Text($"prepare change as {Statement.Text}");
    }

    public async Task DisposeAsync()
    {
        await connection.DisposeAsync();
        await host.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task puts_each_value_into_its_own_column_of_a_row_that_begins_or_goes_on(bool goesOn)
    {
        var values = await Values();
        await Text($"insert into campaign_progress (tenant_id, campaign_id) values ('{values["tenant_id"]}', '{values["campaign_id"]}')");
        if (goesOn)
        {
            await Change(values.Where(value => OfTheFirst.Contains(value.Key)));
        }

        await Change(values);

        foreach (var (column, value) in values.Where(value => value.Key != "limit_key"))
        {
            (await Text($"select {column}::text from recipients")).ShouldBe(value, column);
        }

        (await Text("select concat_ws(' ', due, recipient_id, reason, limit_key) from deferrals")).ShouldBe(
            $"{values["not_before"]} {values["id"]} {values["category"]}: {values["reason"]} {values["limit_key"]}");
        (await Text("""
            select concat_ws(' ', recipients, skipped, queued, sending, sent, failed, in_doubt,
                             delivered, opened, clicked, bounced, complained, unsubscribed, timed_out)
            from campaign_progress
            """)).ShouldBe("1 0 1 0 0 0 0 1 1 1 1 1 1 1");
        (await Text("select concat_ws(' ', sender_id, sent, bounced, complained) from sender_health")).ShouldBe($"{values["sender_id"]} 1 1 1");
    }

    [Fact]
    public async Task keeps_the_reason_of_the_first_bounce_of_what_was_sent()
    {
        var values = await Values();
        await Text($"insert into campaign_progress (tenant_id, campaign_id) values ('{values["tenant_id"]}', '{values["campaign_id"]}')");
        await Change(values.Where(value => OfTheFirst.Contains(value.Key)));
        Dictionary<string, string> Sent(params (string Column, string Value)[] more) => new[]
        {
            ("tenant_id", values["tenant_id"]), ("id", values["id"]), ("status", "sent"), ("sent_at", values["sent_at"]),
        }.Concat(more).ToDictionary(each => each.Item1, each => each.Item2);

        await Change(Sent());
        await Change(Sent(("bounced_at", values["bounced_at"]), ("category", "recipient"), ("reason", "bounce 5.1.1")));
        await Change(Sent(("opened_at", values["opened_at"])));
        await Change(Sent(("bounced_at", values["bounced_at"]), ("category", "unknown"), ("reason", "dropped")));
        (await Text("select concat_ws(' ', status, category, reason) from recipients")).ShouldBe("sent recipient bounce 5.1.1");
    }

    [Fact]
    public async Task counts_nothing_twice_and_changes_nothing_where_the_first_event_is_missing()
    {
        var values = await Values();
        await Text($"insert into campaign_progress (tenant_id, campaign_id) values ('{values["tenant_id"]}', '{values["campaign_id"]}')");
        await Change(values.Where(value => value.Key is not "campaign_id"));
        (await Text("select count(*)::text from recipients")).ShouldBe("0");
        for (var i = 0; i < 3; i++)
        {
            await Change(values);
        }

        (await Text("select concat_ws(' ', recipients, queued, delivered, clicked) from campaign_progress")).ShouldBe("1 1 1 1");
        (await Text("select concat_ws(' ', sent, bounced, complained) from sender_health")).ShouldBe("1 1 1");
        (await Text("select count(*)::text from deferrals")).ShouldBe("1");
        values["not_before"] = null!;
        await Change(values);
        (await Text("select count(*)::text from deferrals")).ShouldBe("0", "the time that it was put off to holds no more");
    }

    /// <summary>A value for each column that the statement takes, unlike all others.</summary>
    async Task<Dictionary<string, string>> Values()
    {
        var values = new Dictionary<string, string>();
        foreach (var (name, number) in Statement.Names.Select((name, index) => (name, index + 1)))
        {
            var type = await Text(
                $"select data_type from information_schema.columns where table_name = 'recipients' and column_name = '{name}'");
            values.Add(name, type switch
            {
                "uuid" => $"00000000-0000-0000-0000-{number:d12}",
                "integer" => $"{number}",
                "timestamp with time zone" => $"2026-01-{number:d2} 00:00:00+00",
                _ when name == "status" => "queued",
                _ => $"{name} {number}",
            });
        }

        return values;
    }

    async Task Change(IEnumerable<KeyValuePair<string, string>> values)
    {
        var all = values.ToDictionary();
        var arrays = Statement.Names.Select(name => all.GetValueOrDefault(name) is { } value ? $"'{{\"{value}\"}}'" : "'{null}'");
        await Text($"execute change ({string.Join(", ", arrays)})");
    }

    async Task<string?> Text(string text)
    {
        await using var command = new NpgsqlCommand(text, connection);
        return await command.ExecuteScalarAsync() as string;
    }
}
