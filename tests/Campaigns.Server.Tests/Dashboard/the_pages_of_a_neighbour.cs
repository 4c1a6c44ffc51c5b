using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Campaigns.Planning;
using Campaigns.Server.Tests.Support;
using Campaigns.Storage;
using Campaigns.Tenancy;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Campaigns.Server.Tests.Dashboard;

/// <summary>Every page, stream and form that there is, asked by somebody of another organisation, and by those whose keys do not go so far.</summary>
[Collection("postgres")]
public sealed class the_pages_of_a_neighbour(DashboardFixture dashboard) : IClassFixture<DashboardFixture>
{
    const string Mark = "Zanzibar";

    [Fact]
    public async Task show_and_change_nothing_of_others()
    {
        var things = await Fill("owner");
        using var owner = await Person.Enter(dashboard, "owner", KeyScope.Admin);
        using var neighbour = await Person.Enter(dashboard, "neighbour", KeyScope.Admin);
        var (marked, forms) = (0, 0);
        foreach (var path in Pages(things))
        {
            var own = await owner.Read(path);
            var (status, foreign) = await neighbour.Look(path);
            marked += own.Contains(Mark, StringComparison.OrdinalIgnoreCase) ? 1 : 0;
            foreign.ShouldNotContain(Mark, Case.Insensitive, path);
            if (new[] { things.Campaign, things.Draft, things.Segment, things.Formula, things.Import }.Any(id => path.Contains(id.ToString(), StringComparison.Ordinal)))
            {
                status.ShouldBe(HttpStatusCode.NotFound, path);
            }

            foreach (var form in Forms(own))
            {
                var before = await Facts("owner");
                var (answered, body) = await neighbour.Submit(path, form, things.Contact);
                ((int)answered).ShouldBeInRange(200, 499, $"{path} {form}: it is no fault of the server");
                body.ShouldNotContain(Mark, Case.Insensitive, $"{path} {form}");
                (await Facts("owner")).ShouldBe(before, $"{path} {form}");
                forms++;
            }
        }

        (marked, forms).ShouldSatisfyAllConditions(
            () => marked.ShouldBeGreaterThan(5, "or the owner has little to show"), () => forms.ShouldBeGreaterThan(6, "or little was tried"));
    }

    [Theory]
    [InlineData(KeyScope.Read, new[] { "/keys" })]
    [InlineData(KeyScope.Send, new[] { "/keys" })]
    [InlineData(KeyScope.Admin, new string[0])]
    public async Task of_ones_own_go_as_far_as_the_key(KeyScope scope, string[] closed)
    {
        var tenant = $"roles-{scope}";
        var things = await Fill(tenant);
        using var admin = await Person.Enter(dashboard, tenant, KeyScope.Admin);
        using var person = await Person.Enter(dashboard, tenant, scope);
        foreach (var path in Pages(things))
        {
            var (status, _) = await person.Look(path);
            status.ShouldBe(closed.Contains(path) ? HttpStatusCode.Forbidden : HttpStatusCode.OK, path);
            foreach (var form in scope == KeyScope.Read ? Forms(await admin.Read(path)) : [])
            {
                var before = await Facts(tenant);
                (await person.Submit(path, form, things.Contact)).Status.ShouldBe(HttpStatusCode.Forbidden, $"{path} {form}");
                (await Facts(tenant)).ShouldBe(before, $"{path} {form}");
            }
        }
    }

    async Task<Things> Fill(string tenant)
    {
        var campaign = await TestCampaign.Launch(dashboard.Store, tenant, 3, $"{Mark} {tenant}");
        await campaign.SendBatch([.. campaign.Recipients.Take(2)], 1);
        await campaign.Record(new CampaignPaused(Limits.PausedBy.Breaker, $"{Mark}: too many errors"));
        using var api = dashboard.Client();
        api.DefaultRequestHeaders.Authorization = new("Bearer", await dashboard.Key(tenant));
        api.BaseAddress = new Uri(dashboard.Address, "/api/v1/");
        await api.Post("senders", new { name = Mark, email = $"sender@{Mark}.example" });
        await api.Post("suppressions", new { addresses = new[] { $"{Mark}@owner.example" } });
        await api.Post("keys", new { name = Mark, scope = "read" });
        await api.Post("lists", new { name = Mark });
        var segment = await api.Post("segments", new { name = Mark, condition = new { field = new { name = "city", @is = new[] { Mark } } } });
        var formula = await api.Post("formulas", new { name = Mark, values = new[] { new { name = "price", expression = "list_price * 2" } } });
        var contact = (await api.Post("contacts", new { email = $"ann@{Mark}.example" })).GetProperty("id").GetGuid();
        var draft = await TestCampaign.Draft(dashboard.Store, tenant, $"{Mark} next");
        await draft.Record(new CampaignEdited(new CampaignSettings(
            $"{Mark} next", null, null, null, Pace.Default, Audience: new CampaignAudience(Everybody: true), Offers: new CampaignOffers(formula.GetProperty("id").GetGuid()))));
        using (var offers = await api.PutAsJsonAsync($"contacts/{contact}/offers", new { offers = new[] { new { reference = Mark, fields = new { list_price = Mark } } } }))
        {
            offers.EnsureSuccessStatusCode();
        }

        using var imported = await api.PostAsync("imports", ApiCalls.Csv($"email,note\nbob@{Mark}.example,x\nnobody {Mark},y\n"));
        return new Things(
            campaign.Id, draft.Id, segment.GetProperty("id").GetGuid(), formula.GetProperty("id").GetGuid(), contact, (await imported.Json()).GetProperty("id").GetGuid());
    }

    /// <summary>All pages and streams behind the sign-in.</summary>
    List<string> Pages(Things things)
    {
        var pages = dashboard.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.OfType<Microsoft.AspNetCore.Authorization.AuthorizationPolicy>().Any()
                || endpoint.Metadata.OfType<Microsoft.AspNetCore.Authorization.IAuthorizeData>().Any(data => data.Policy is not null)
                || endpoint.Metadata.Any(each => each.GetType().Name == "ComponentTypeMetadata"))
            .Where(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>() is not { } methods || methods.HttpMethods.Contains("GET"))
            .Select(endpoint => "/" + endpoint.RoutePattern.RawText!.Trim('/'))
            .Where(path => !path.StartsWith("/api/", StringComparison.Ordinal) && !path.StartsWith("/_", StringComparison.Ordinal) && path is not ("/sign-in" or "/broken"))
            .Select(path => Regex.Replace(path, @"\{[^}]*\}", (path.Split('/')[1] switch
            {
                "segments" => things.Segment,
                "formulas" => things.Formula,
                "imports" => things.Import,
                _ => things.Campaign,
            }).ToString()))
            .Append($"/campaigns/{things.Draft}/audience").Append($"/campaigns/{things.Draft}/offers").Distinct().Order().ToList();
        pages.Count.ShouldBeGreaterThan(5, string.Join(' ', pages));
        return pages;
    }

    static List<string> Forms(string page) => [.. Regex.Matches(page, "name=\"_handler\" value=\"([^\"]+)\"").Select(match => match.Groups[1].Value).Distinct()];

    async Task<long> Facts(string tenant) => await dashboard.Store.Number($"select count(*) from mt_events where tenant_id = '{tenant}'");

    /// <summary>What an organisation has.</summary>
    /// <param name="Campaign">It is launched.</param>
    sealed record Things(Guid Campaign, Guid Draft, Guid Segment, Guid Formula, Guid Contact, Guid Import);

    /// <summary>Somebody signed in, with what their browser keeps.</summary>
    sealed class Person(HttpClient client, string cookie, string token) : IDisposable
    {
        public static async Task<Person> Enter(DashboardFixture dashboard, string tenant, KeyScope scope)
        {
            var client = dashboard.Client();
            var key = await dashboard.Services.GetRequiredService<ApiKeys>().Issue(tenant, "tester", scope, null, CancellationToken.None);
            using var entered = await DashboardFixture.SignIn(client, key);
            var cookie = DashboardFixture.Cookie(entered);
            using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { { "Cookie", cookie } } };
            using var answer = await client.SendAsync(request);
            var page = await answer.Content.ReadAsStringAsync();
            var antiforgery = answer.Headers.TryGetValues("Set-Cookie", out var cookies) ? cookies.Select(each => each.Split(';')[0]) : [];
            return new Person(
                client, string.Join("; ", antiforgery.Prepend(cookie)), Regex.Match(page, "__RequestVerificationToken\" value=\"([^\"]+)\"").Groups[1].Value);
        }

        public async Task<string> Read(string path) => (await Look(path)).Body;

        /// <summary>Of a stream, the first that comes.</summary>
        public async Task<(HttpStatusCode Status, string Body)> Look(string path)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "Cookie", cookie } } };
            return await Send(request);
        }

        public Task<(HttpStatusCode Status, string Body)> Submit(string path, string form, Guid contact) => Send(new HttpRequestMessage(HttpMethod.Post, path)
        {
            Headers = { { "Cookie", cookie } },
            Content = new FormUrlEncodedContent([new("_handler", form), new("__RequestVerificationToken", token), new("name", "Mine"), new("scope", "Read"), new("out", contact.ToString())]),
        });

        public void Dispose() => client.Dispose();

        async Task<(HttpStatusCode Status, string Body)> Send(HttpRequestMessage request)
        {
            using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            if (answer.Content.Headers.ContentType?.MediaType != "text/event-stream")
            {
                return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
            }

            await using var stream = await answer.Content.ReadAsStreamAsync();
            var buffer = new byte[64 * 1024];
            return (answer.StatusCode, System.Text.Encoding.UTF8.GetString(buffer, 0, await stream.ReadAsync(buffer)));
        }
    }
}
