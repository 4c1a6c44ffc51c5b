using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Alba;
using Campaigns.Planning;
using Campaigns.Sandbox;
using Campaigns.Sending;
using Campaigns.Tenancy;
using Marten;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Wolverine.Tracking;

namespace Campaigns.Server.Tests.Http;

/// <summary>A request becomes a command on the bus: what it refuses leaves nothing behind, and what follows from it are messages.</summary>
[Collection("postgres")]
public sealed class commands_over_the_api(PostgresFixture postgres) : IAsyncLifetime
{
    SandboxServer sandbox = null!;
    IAlbaHost host = null!;
    string key = "";

    public async Task InitializeAsync()
    {
        sandbox = await SandboxServer.Start(SandboxRun.Options);
        var settings = new Dictionary<string, string?>
        {
            ["Secrets:Key"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            ["SendGrid:BaseAddress"] = sandbox.Address.ToString(),
            ["SendGrid:ApiKey"] = SandboxRun.Options.ApiKey,
        };
        host = await AlbaHost.For(ApiHost.Builder(await postgres.NewDatabase(), settings, workers: true), app => app.MapCampaigns());
        key = await host.Services.GetRequiredService<ApiKeys>().Issue("acme", "test", KeyScope.Admin, null, CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        await host.DisposeAsync();
        await sandbox.DisposeAsync();
    }

    [Theory]
    [InlineData("PUT", "credentials/smtp", """{"userName":"anna","password":"two"}""")]
    [InlineData("DELETE", "credentials/smtp", null)]
    public async Task what_was_decided_on_an_older_version_changes_nothing(string method, string path, string? body)
    {
        await Call("PUT", "credentials/smtp", """{"userName":"anna","password":"one"}""", HttpStatusCode.OK);
        var events = await Count("mt_events");
        var rows = await Count("provider_credentials");

        var problem = await Call(method, path, body, HttpStatusCode.PreconditionFailed, version: "\"77\"");

        problem.Text("type").ShouldBe("/problems/outdated");
        (await Count("mt_events"), await Count("provider_credentials")).ShouldBe((events, rows));
    }

    [Fact]
    public async Task a_launch_is_followed_by_messages_to_the_end_of_the_campaign()
    {
        var list = await Call("POST", "imports?list=Friends", "email\nanna@a.example\nbert@a.example\n", HttpStatusCode.Created, type: "text/csv");
        var template = await Call("POST", "templates", """{"name":"t","subject":"Hello","text":"Hello"}""", HttpStatusCode.Created);
        var campaign = (await Call(
            "POST", "campaigns",
            $$"""{ "name": "c", "listId": "{{list.Text("listId")}}", "templateId": "{{template.Text("id")}}", "from": { "email": "anna@sender.example" } }""",
            HttpStatusCode.Created)).Text("id");

        var tracked = await host.TrackActivity().Timeout(TimeSpan.FromSeconds(30))
            .ExecuteAndWaitAsync(_ => Call("POST", $"campaigns/{campaign}/launch", null, HttpStatusCode.OK));

        tracked.Executed.SingleMessage<LaunchCampaign>().CampaignId.ShouldBe(Guid.Parse(campaign));
        tracked.Executed.SingleMessage<HydrateAudience>();
        tracked.Executed.MessagesOf<SendBatch>().ShouldNotBeEmpty();
        tracked.Executed.SingleMessage<CompleteCampaign>();
        (await Call("GET", $"campaigns/{campaign}", null, HttpStatusCode.OK)).Text("status").ShouldBe("completed");
        sandbox.Counts().Accepted.ShouldBe(2);
    }

    /// <returns>The body of the answer.</returns>
    async Task<JsonElement> Call(string method, string path, string? body, HttpStatusCode expected, string? version = null, string type = "application/json")
    {
        var answer = await host.Scenario(call =>
        {
            var (url, send) = ("/api/v1/" + path.Split('?')[0], method switch { "GET" => call.Get, "PUT" => call.Put, "DELETE" => call.Delete, _ => call.Post });
            if (body is null)
            {
                send.Url(url);
            }
            else
            {
                send.Text(body).ContentType(type).ToUrl(url);
            }

            call.WithBearerToken(key);
            call.ConfigureHttpContext(http => http.Request.QueryString = new QueryString(path[path.Split('?')[0].Length..]));
            if (version is not null)
            {
                call.WithRequestHeader("If-Match", version);
            }

            call.StatusCodeShouldBe(expected);
        });
        var text = await answer.ReadAsTextAsync();
        return text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text);
    }

    Task<long> Count(string table) => host.Services.GetRequiredService<IDocumentStore>().Number($"select count(*) from {table}");
}
