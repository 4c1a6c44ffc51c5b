using System.Net;

namespace Campaigns.Server.Tests.Http;

[Collection("postgres")]
public sealed class telling_ready_from_alive(PostgresFixture postgres)
{
    [Fact]
    public async Task a_node_whose_database_takes_nothing_is_alive_and_not_ready()
    {
        var database = await postgres.NewDatabase();
        await using var host = await ApiHost.Start(database);
        using var client = new HttpClient { BaseAddress = host.Address };
        (await client.GetAsync("/health/ready")).StatusCode.ShouldBe(HttpStatusCode.OK);

        await host.Store.Texts($"alter database {new Npgsql.NpgsqlConnectionStringBuilder(database).Database} set default_transaction_read_only = on; select 'read only'");
        // A session keeps what held when it began: those of a new node have it.
        await using var others = await ApiHost.Start(database);
        using var readOnly = new HttpClient { BaseAddress = others.Address };

        foreach (var path in new[] { "/health", "/health/ready" })
        {
            using var ready = await readOnly.GetAsync(path);
            ready.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            (await ready.Json()).Text("type").ShouldBe("/problems/database-refuses-writes");
        }

        (await readOnly.GetAsync("/health/live")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }
}
