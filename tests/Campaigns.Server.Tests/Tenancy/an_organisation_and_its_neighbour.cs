using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Campaigns.Server.Tests.Dashboard;
using Campaigns.Server.Tests.Sending;
using Campaigns.Storage;
using Campaigns.Tenancy;
using Marten;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Campaigns.Server.Tests.Tenancy;

/// <summary>
/// Everything that the API describes, asked by an organisation with the ids of another one in every place that takes an id. What is added to the API is
/// asked too; where nothing of the owner's can be found for it, the test says so.
/// </summary>
[Collection("postgres")]
public sealed partial class an_organisation_and_its_neighbour(PostgresFixture postgres)
{
    /// <summary>In all that the owner has.</summary>
    const string Mark = "zanzibar";

    /// <summary>Operations that need more than the rule says: to read takes a key that reads, all else one that sends.</summary>
    static readonly Dictionary<string, KeyScope> Exceptions = new()
    {
        ["PUT /api/v1/organisation"] = KeyScope.Admin,
        ["PATCH /api/v1/organisation"] = KeyScope.Admin,
        ["GET /api/v1/keys"] = KeyScope.Admin,
        ["POST /api/v1/keys"] = KeyScope.Admin,
        ["DELETE /api/v1/keys/{id}"] = KeyScope.Admin,
        ["POST /api/v1/contacts/{id}/erase"] = KeyScope.Admin,
        ["PUT /api/v1/credentials/sendgrid"] = KeyScope.Admin,
        ["DELETE /api/v1/credentials/sendgrid"] = KeyScope.Admin,
        ["PUT /api/v1/credentials/twilio"] = KeyScope.Admin,
        ["DELETE /api/v1/credentials/twilio"] = KeyScope.Admin,
        ["PUT /api/v1/credentials/smtp"] = KeyScope.Admin,
        ["DELETE /api/v1/credentials/smtp"] = KeyScope.Admin,
        ["POST /api/v1/templates/{id}/preview"] = KeyScope.Read,
        ["POST /api/v1/templates/preview"] = KeyScope.Read,
        ["POST /api/v1/formulas/preview"] = KeyScope.Read,
    };

    /// <summary>Of which the owner has none at rest: what failed for good is in no healthy installation.</summary>
    static readonly string[] WithoutExample = ["/api/v1/messages/{id}"];

    [Fact]
    public async Task sees_and_changes_nothing_of_the_others()
    {
        await using var run = await CampaignRun.Start(await postgres.NewDatabase(), new Dictionary<string, string?> { ["Secrets:Key"] = DashboardFixture.MasterKey });
        await FillWithMarks(run);
        var operations = await Operation.All(run.Api);
        var (ids, examples) = await Crawl(run.Api, operations);
        ids.Count.ShouldBeGreaterThan(15, "or little is tried");
        operations.Where(operation => operation.IsRead && operation.Path.Contains("{id}", StringComparison.Ordinal)).Select(operation => operation.Path)
            .Where(path => !examples.Contains(path)).ShouldBe(WithoutExample, ignoreOrder: true, "make one for the owner in FillWithMarks");
        var before = await Everything(run.Store);

        using var neighbour = await run.Host.Client("neighbour");
        var requests = 0;
        foreach (var operation in operations)
        {
            foreach (var id in operation.TakesId ? ids : [Guid.Empty])
            {
                using var request = operation.With(id);
                var sent = request.RequestUri + (request.Content is null ? "" : await request.Content.ReadAsStringAsync());
                using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30)); // a stream of somebody else's would not end
                using var answer = await neighbour.SendAsync(request, HttpCompletionOption.ResponseContentRead, patience.Token);
                var body = await answer.Content.ReadAsStringAsync(patience.Token);
                ((int)answer.StatusCode).ShouldBeLessThan(500, $"{operation} with {id}: {body}");
                body.Contains(Mark, StringComparison.OrdinalIgnoreCase).ShouldBeFalse($"{operation} with {id}: {body}");
                Ids(body).Where(ids.Contains).Where(known => !sent.Contains(known.ToString(), StringComparison.Ordinal)).ShouldBeEmpty($"{operation} with {id}: {body}");
                if (operation.IsRead && operation.Path.Contains("{id}", StringComparison.Ordinal))
                {
                    answer.StatusCode.ShouldBe(HttpStatusCode.NotFound, $"{operation} with {id}");
                }

                requests++;
            }
        }

        requests.ShouldBeGreaterThan(1000, "or little was tried");
        await run.Settle(); // also what the neighbour began comes to nothing of the owner's
        (await Everything(run.Store)).ShouldBe(before);
    }

    [Fact]
    public async Task has_keys_that_go_as_far_as_their_scope_at_every_operation()
    {
        await using var host = await ApiHost.Start(await postgres.NewDatabase(), new Dictionary<string, string?> { ["Secrets:Key"] = DashboardFixture.MasterKey });
        using var stranger = new HttpClient { BaseAddress = host.Address };
        var operations = await Operation.All(stranger);
        Exceptions.Keys.Except(operations.Select(operation => operation.ToString())).ShouldBeEmpty("or they are no operations any more");
        foreach (var operation in operations)
        {
            using var refused = await stranger.SendAsync(operation.With(Guid.CreateVersion7()));
            refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, $"{operation} without a key");
        }

        foreach (var scope in Enum.GetValues<KeyScope>())
        {
            using var client = host.ClientWith(await host.Services.GetRequiredService<ApiKeys>().Issue("acme", "test", scope, null, CancellationToken.None));
            foreach (var operation in operations)
            {
                var needed = Exceptions.GetValueOrDefault(operation.ToString(), operation.IsRead ? KeyScope.Read : KeyScope.Send);
                using var answer = await client.SendAsync(operation.With(Guid.CreateVersion7()));
                if (scope < needed)
                {
                    answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden, $"{operation} with a key that may {scope}");
                    (await answer.Json()).Text("type").ShouldBe("/problems/scope-insufficient");
                }
                else
                {
                    answer.StatusCode.ShouldNotBeOneOf(HttpStatusCode.Forbidden, HttpStatusCode.Unauthorized);
                    ((int)answer.StatusCode).ShouldBeLessThan(500, operation.ToString());
                }
            }
        }
    }

    /// <summary>Something of each kind that has an id.</summary>
    static async Task FillWithMarks(CampaignRun run)
    {
        var api = run.Api;
        var list = await api.Import(Mark, [$"ada@{Mark}.example,{Mark}", "nobody,"]);
        var template = await api.Post("templates", new { name = Mark, subject = Mark, text = $"Dear {{{{first_name}}}}, https://{Mark}.example" });
        await api.Post("senders", new { name = Mark, email = $"sender@{Mark}.example" });
        await api.Post("suppressions", new { addresses = new[] { $"bob@{Mark}.example" } });
        await api.Post("segments", new { name = Mark, condition = new { field = new { name = "first_name", @is = new[] { Mark } } } });
        await api.Post("keys", new { name = Mark, scope = "read" });
        (await api.PutAsJsonAsync("organisation", new { name = Mark, timeZone = "UTC", postalAddress = Mark })).EnsureSuccessStatusCode();
        var campaign = await api.Post("campaigns", new
        {
            name = Mark, listId = list, templateId = template.GetProperty("id").GetGuid(), from = new { email = $"sender@{Mark}.example" },
        });
        await api.Command(campaign.GetProperty("id").GetGuid(), "launch");
        var formula = await api.Post("formulas", new { name = Mark, values = new[] { new { name = "price", expression = "1" } } });
        await api.Post("campaigns", new { name = $"{Mark} draft", listId = list, offers = new { formulaId = formula.GetProperty("id").GetGuid() } });
        using (var offers = await api.PostAsync("offers", new StringContent($"email,address\nada@{Mark}.example,1 {Mark} St\n", System.Text.Encoding.UTF8, "text/csv")))
        {
            offers.EnsureSuccessStatusCode();
        }

        await run.Settle(); // with webhooks, batches and events
        (await api.PutAsJsonAsync("credentials/sendgrid", new { apiKey = "SG.none", webhookPublicKey = run.Sandbox.WebhookPublicKey })).EnsureSuccessStatusCode();
    }

    /// <summary>Follows what the owner can read, from the collections to all that they name.</summary>
    /// <returns>All ids, and the paths for which one of them stands.</returns>
    static async Task<(HashSet<Guid> Ids, HashSet<string> Examples)> Crawl(HttpClient owner, List<Operation> operations)
    {
        var (ids, examples) = (new HashSet<Guid>(), new HashSet<string>(StringComparer.Ordinal));
        foreach (var operation in operations.Where(operation => operation.IsRead && !operation.Path.Contains('{', StringComparison.Ordinal)))
        {
            using var answer = await owner.GetAsync(operation.Path); // credentials that nobody has set are not found
            ids.UnionWith(Ids(await answer.Content.ReadAsStringAsync()));
        }

        for (var known = 0; known < ids.Count;)
        {
            known = ids.Count;
            foreach (var operation in operations.Where(operation => operation.IsRead && operation.Path.Contains("{id}", StringComparison.Ordinal)))
            {
                foreach (var id in ids.ToList())
                {
                    using var answer = await owner.GetAsync(operation.Path.Replace("{id}", id.ToString(), StringComparison.Ordinal), HttpCompletionOption.ResponseHeadersRead);
                    if (answer.StatusCode == HttpStatusCode.OK)
                    {
                        examples.Add(operation.Path);
                        if (answer.Content.Headers.ContentType?.MediaType == "application/json")
                        {
                            ids.UnionWith(Ids(await answer.Content.ReadAsStringAsync()));
                        }
                    }
                }
            }
        }

        return (ids, examples);
    }

    /// <summary>Every row of the owner's, in every table that keeps organisations apart.</summary>
    static async Task<Dictionary<string, string>> Everything(IDocumentStore store)
    {
        var rows = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var table in await store.Texts(
            "select table_name from information_schema.columns where table_schema = 'campaigns' and column_name = 'tenant_id' and table_name <> 'api_keys' order by 1"))
        {
            rows[table] = (await store.Texts($"select coalesce(string_agg(t::text, E'\\n' order by t::text), '') from {table} t where tenant_id = '{CampaignRun.Tenant}'")).Single();
        }

        rows.Count.ShouldBeGreaterThan(15);
        return rows;
    }

    static IEnumerable<Guid> Ids(string text) => Uuid().Matches(text).Select(match => Guid.Parse(match.Value));

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex Uuid();
}
