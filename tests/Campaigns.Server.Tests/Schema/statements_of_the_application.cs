using Npgsql;

namespace Campaigns.Server.Tests.Schema;

/// <summary>Every embedded statement against the migrated schema: a typo fails here and not in production.</summary>
[Collection("postgres")]
public sealed class statements_of_the_application(PostgresFixture postgres) : IAsyncLifetime
{
    // Arrays for unnest have no type of their own: the one that the code gives them.
    static readonly Dictionary<string, string> Types = new()
    {
        ["Campaigns.Consent.DeleteSuppressions.sql"] = "varchar[], varchar[]",
        ["Campaigns.Consent.DeleteUnreachable.sql"] = "varchar[], uuid[], timestamptz[]",
        ["Campaigns.Consent.InsertSuppressions.sql"] = "varchar[], varchar[], varchar[], varchar[], timestamptz[], text[]",
        ["Campaigns.Consent.InsertUnreachable.sql"] = "varchar[], uuid[], uuid[], timestamptz[]",
        ["Campaigns.Insight.ReadPace.sql"] = "varchar, uuid[], timestamptz",
        ["Campaigns.Ledger.BeginProgress.sql"] = "varchar[], uuid[]",
        ["Campaigns.Ledger.CompleteBatches.sql"] = "varchar[], uuid[], int[], timestamptz[], int[], int[], int[], int[], bigint[], int[]",
        ["Campaigns.Ledger.InsertBatches.sql"] = "varchar[], uuid[], int[], int[], timestamptz[]",
        ["Campaigns.Storage.Doctor.ReadDocuments.sql"] = "varchar[], uuid[]",
        ["Campaigns.Storage.RecordErasure.sql"] = "uuid, varchar, uuid[], varchar, varchar, timestamptz",
        ["Campaigns.Storage.Rebuild.RenewSnapshots.sql"] = "varchar[], uuid[], jsonb[], int[], varchar, timestamptz",
        ["Campaigns.Tracking.InsertKeys.sql"] = "varchar, uuid[]",
    };

    ApiHost host = null!;
    NpgsqlConnection connection = null!;

    public async Task InitializeAsync()
    {
        host = await ApiHost.Start(await postgres.NewDatabase());
        connection = await host.Store.Database.OpenConnectionAsync();
    }

    public async Task DisposeAsync()
    {
        await connection.DisposeAsync();
        await host.DisposeAsync();
    }

    [Fact]
    public async Task are_all_understood()
    {
        var wrong = new List<string>();
        foreach (var (name, _) in Sql.Statements(typeof(CampaignsModule).Assembly))
        {
            try
            {
                await Prepare(name);
            }
            catch (PostgresException error)
            {
                wrong.Add($"{name}: {error.SqlState} {error.MessageText}");
            }
        }

        wrong.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("force_custom_plan")]
    [InlineData("force_generic_plan")]
    public async Task find_their_rows_by_an_index_among_a_hundred_thousand(string mode)
    {
        // A hundred campaigns of a thousand recipients; the ids of a campaign are neighbours.
        await Run("""
            insert into recipients (tenant_id, id, campaign_id, step, contact_id, channel, status, batch, attempts, queued_at)
            select 'acme', (lpad(to_hex(1000000 + c), 12, '0') || substr(md5(c || ' ' || r), 13))::uuid, lpad(to_hex(c), 32, '0')::uuid, 1,
                   md5('contact ' || r)::uuid, 'email', case when r % 3 = 0 then 'queued' else 'sent' end, 1, 1, now()
            from generate_series(1, 100) c, generate_series(1, 1000) r
            """);
        await Run("insert into mt_streams (tenant_id, id, type, version) select 'acme', id, 'recipient', 1 from recipients");
        await Run("insert into lists select 'acme', md5('list ' || l)::uuid, 'List ' || l, now() from generate_series(1, 20) l");
        await Run("insert into list_members select 'acme', md5('list ' || l)::uuid, md5('contact ' || r)::uuid from generate_series(1, 20) l, generate_series(1, 1000) r");
        await Run("insert into provider_facts (tenant_id, key) select 'acme', md5('key ' || k)::uuid from generate_series(1, 100000) k");
        await Run("insert into contacts (tenant_id, id, email, created_at, updated_at) select 'acme', md5('contact ' || r)::uuid, r || '@a.example', now(), now() from generate_series(1, 1000) r");
        await Run("insert into permits (limit_key, frees_at, claim, period, count) select 'limit ' || p % 100, now() + p * interval '1 second', md5('claim ' || p)::uuid, '1 hour', 1 from generate_series(1, 100000) p");
        await Run("insert into deferrals (tenant_id, campaign_id, due, recipient_id, reason, limit_key) select tenant_id, campaign_id, now(), id, 'a limit', 'limit ' || batch from recipients where status = 'queued'");
        await Run("insert into limit_waits select 'limit ' || w, md5('campaign ' || w)::uuid, now(), now(), 1, 1 from generate_series(1, 10000) w");
        await Run($"""
            insert into audience_snapshots
            select 'acme', '00000000-0000-0000-0000-000000000032', '00000000-0000-0000-0000-000000000032', part, array_agg(md5('contact ' || r)::uuid), array_agg(false)
            from generate_series(0, 199) part, generate_series(1, 1000) r where r % 200 = part group by part
            """);
        await Run("update contacts set phone = '+4179' || split_part(email, '@', 1)");
        await Run("update recipients set channel = 'sms' where id::text like '0000000f-42%'");
        await Run("analyze recipients");
        await Run("analyze permits, deferrals, limit_waits");
        await Run("analyze mt_streams");
        await Run("analyze provider_facts");
        await Run("analyze contacts");
        await Run("analyze lists, list_members, audience_snapshots");
        await Run($"set plan_cache_mode = {mode}");
        var campaign = new Guid("00000000-0000-0000-0000-000000000032");
        const string range = "'0000000f-4272-0000-0000-000000000000', '0000000f-4272-ffff-ffff-ffffffffffff'";
        var ids = string.Join(',', await Ids());

        (await Plan("Campaigns.Sending.NextRecipients.sql", $"'acme', '{campaign}', {range}, 50, now()")).ShouldFind("recipients", "recipients_pkey");
        (await Plan("Campaigns.Sending.ReadAudience.sql", $"'acme', '{campaign}', '{campaign}', 7"))
            .ShouldFind("audience_snapshots", "audience_snapshots_pkey").ShouldFind("contacts", "contacts_pkey");
        (await Plan("Campaigns.Insight.CountQueuedZones.sql", $"'acme', '{campaign}', {range}, 5000")).ShouldFind("recipients", "recipients_pkey").ShouldFind("deferrals", "deferrals_pkey");
        (await Plan("Campaigns.Sending.ReadQueued.sql", $"'acme', '{campaign}', {range}, 2000")).ShouldFind("recipients", "recipients_pkey");
        (await Plan("Campaigns.Tracking.ReadUnopened.sql", $"'acme', '{campaign}', {range}, 1")).ShouldFind("recipients", "recipients_pkey").ShouldFind("mt_streams", "pkey_mt_streams_tenant_id_id");
        (await Plan("Campaigns.Planning.CountRetryable.sql", $"'acme', '{campaign}', {range}, 'All', true")).ShouldFind("recipients", "recipients_pkey");
        (await Plan("Campaigns.Sending.ReadRetryable.sql", $"'acme', '{campaign}', {range}, 'All', true, 2000"))
            .ShouldFind("recipients", "recipients_pkey").ShouldFind("mt_streams", "pkey_mt_streams_tenant_id_id");
        (await Plan("Campaigns.Sending.ReadNamedRetryable.sql", $"'acme', '{campaign}', '{{{ids}}}'"))
            .ShouldFind("recipients", "recipients_pkey").ShouldFind("mt_streams", "pkey_mt_streams_tenant_id_id");
        (await Plan("Campaigns.Tracking.ReadLastTexted.sql", "'acme', '{+41790000001,+41790000002}'"))
            .ShouldFind("contacts", "contacts_by_phone").ShouldFind("recipients", "recipients_by_contact");
        (await Plan("Campaigns.Tracking.ReadAddresses.sql", $"'acme', '{{a@a.example,b@a.example}}', (array['{{{ids}}}'::uuid[]])[1:2], '{{}}', '{{}}'"))
            .ShouldFind("mt_streams", "pkey_mt_streams_tenant_id_id").ShouldFind("suppressions", "suppressions_pkey").ShouldFind("unreachable", "unreachable_pkey");
        (await Plan("Campaigns.Tracking.ReadKnownKeys.sql", $"'acme', '{{{ids}}}'")).ShouldFind("provider_facts", "provider_facts_pkey");
        (await Plan("Campaigns.Ledger.ChangeRecipients.sql", new Dictionary<string, string>
        {
            ["tenant_id"] = "array_fill('acme'::varchar, array[100])",
            ["id"] = $"'{{{ids}}}'",
            ["status"] = "array_fill('sent'::varchar, array[100])",
            ["batch"] = "array_fill(1, array[100])",
        })).ShouldFind("recipients", "recipients_pkey").ShouldFind("deferrals", "deferrals_pkey");
        var limits = string.Join(',', Enumerable.Range(1, 1000).Select(contact => $"contact {contact}").Append("limit 7"));
        var ones = string.Join(',', Enumerable.Repeat(1, 1001));
        (await Plan("Campaigns.Limits.ReadPermits.sql", $"'{{{limits}}}', '{{{ones}}}', '{{{ones}}}', now(), '{campaign}', now(), '{{{limits}}}'"))
            .ShouldFind("permits", "permits_pkey").ShouldFind("deferrals", "deferrals_by_limit").ShouldFind("limit_waits", "limit_waits_pkey");
        (await Plan("Campaigns.Audience.FindSearchEnd.sql", "'acme', '00000000-0000-0000-0000-000000000000', 499")).ShouldFind("contacts", "contacts_pkey");
        (await Plan("Campaigns.Audience.SearchContacts.sql", "'acme', '00000000-0000-0000-0000-000000000000', '0f000000-0000-0000-0000-000000000000', 'ann', 51, null"))
            .ShouldFind("contacts", "contacts_pkey");
        (await Plan("Campaigns.Audience.DeleteMemberships.sql", $"'acme', '{campaign}'")).ShouldFind("list_members", "list_members_pkey");
        (await Plan("Campaigns.Storage.ReadStreamTimes.sql", $"'acme', '{{{ids}}}'")).ShouldFind("mt_streams", "pkey_mt_streams_tenant_id_id").ShouldContain("mt_events_stream_and_version");
        (await Plan("Campaigns.Limits.ForgetUsed.sql", "now(), 10000")).ShouldFind("permits", "permits_by_time");
        (await Plan("Campaigns.Limits.ReleasePermits.sql", $"'{campaign}', now(), '{{}}', '{{}}'")).ShouldFind("permits", "permits_by_claim");
        (await Plan("Campaigns.Sending.NextDeferral.sql", $"'acme', '{campaign}'")).ShouldFind("deferrals", "deferrals_pkey").ShouldFind("recipients", "recipients_pkey");
    }

    async Task<string> Prepare(string name)
    {
        var statement = Sql.NumberParameters(Statement(name)).Text;
        var prepared = $"\"{name}\"";
        await Run($"prepare {prepared}{(Types.TryGetValue(name, out var types) ? $" ({types})" : "")} as {statement}");
        return prepared;
    }

    // One statement for the documents of every kind, told the table when it runs; and those over an audience, whose query is written when it is asked.
    static string Statement(string name)
    {
        var text = Sql.Statements(typeof(CampaignsModule).Assembly).Single(statement => statement.Name == name).Text
            .Replace("mt_doc_alias", "mt_doc_campaign", StringComparison.Ordinal);
        return text.Contains("from audience", StringComparison.Ordinal) && !text.Contains("from audience_snapshots", StringComparison.Ordinal)
            ? $"with audience (contact_id, excepted, removed, email, phone, time_zone) as (select id, false, false, email, phone, time_zone from contacts where tenant_id = $1)\n{text}"
            : text;
    }

    /// <param name="columns">Arrays for the columns that a statement over rows takes; those that are not among them are null.</param>
    Task<string> Plan(string name, Dictionary<string, string> columns) =>
        Plan(name, string.Join(", ", Sql.NumberParameters(Statement(name)).Names.Select(column => columns.GetValueOrDefault(column, "null"))));

    async Task<string> Plan(string name, string values) =>
        string.Join('\n', await Texts($"explain (costs off) execute {await Prepare(name)} ({values})"));

    Task<List<string>> Ids() => Texts("select id::text from recipients where id::text like '0000000f-4272%' order by id limit 100");

    async Task Run(string text)
    {
        await using var command = new NpgsqlCommand(text, connection);
        await command.ExecuteNonQueryAsync();
    }

    async Task<List<string>> Texts(string text)
    {
        await using var command = new NpgsqlCommand(text, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var texts = new List<string>();
        while (await reader.ReadAsync())
        {
            texts.Add(reader.GetString(0));
        }

        return texts;
    }
}

static class Plans
{
    /// <summary>The plan reads the table by the index and never from end to end.</summary>
    public static string ShouldFind(this string plan, string table, string index)
    {
        plan.ShouldContain(index);
        plan.ShouldNotContain($"Seq Scan on {table}");
        return plan;
    }
}
