using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Campaigns.Planning;

namespace Campaigns.Server.Tests.Http;

[Collection("postgres")]
public sealed class manners_of_the_api(PostgresFixture postgres) : IAsyncLifetime
{
    ApiHost host = null!;
    HttpClient api = null!;

    public async Task InitializeAsync()
    {
        host = await ApiHost.Start(await postgres.NewDatabase());
        api = await host.Client();
    }

    public async Task DisposeAsync()
    {
        api.Dispose();
        await host.DisposeAsync();
    }

    [Fact]
    public async Task nobody_enters_without_a_key()
    {
        using var stranger = new HttpClient { BaseAddress = api.BaseAddress };
        using var missing = await stranger.GetAsync("campaigns");
        stranger.DefaultRequestHeaders.Authorization = new("Bearer", "cmp_guessed");
        using var wrong = await stranger.PostAsJsonAsync("campaigns", new { name = "Spring" });

        await ShouldBeProblem(missing, HttpStatusCode.Unauthorized, "unauthenticated");
        await ShouldBeProblem(wrong, HttpStatusCode.Unauthorized, "unauthenticated");
        wrong.Headers.WwwAuthenticate.ToString().ShouldBe("Bearer");
    }

    [Fact]
    public async Task what_belongs_to_another_organisation_does_not_exist()
    {
        var list = await api.Import("Everybody", ["a@a.example,Ada"]);
        var template = await api.MakeTemplate();
        var campaign = await api.Draft(list, template);
        var contact = (await api.GetJson("contacts")).GetProperty("items")[0].Text("id");
        using var other = await host.Client("other");

        foreach (var path in new[]
        {
            $"campaigns/{campaign}", $"campaigns/{campaign}/progress", $"campaigns/{campaign}/progress/stream", $"campaigns/{campaign}/recipients",
            $"campaigns/{campaign}/batches", $"campaigns/{campaign}/events", $"lists/{list}", $"templates/{template}", $"contacts/{contact}",
        })
        {
            using var answer = await other.GetAsync(path);
            answer.StatusCode.ShouldBe(HttpStatusCode.NotFound, path);
            await ShouldBeProblem(answer, HttpStatusCode.NotFound, "not-found");
        }

        foreach (var command in new[] { "launch", "pause", "resume", "cancel", "submit", "approve", "archive", "duplicate" })
        {
            using var answer = await other.PostAsJsonAsync($"campaigns/{campaign}/{command}", new { });
            answer.StatusCode.ShouldBe(HttpStatusCode.NotFound, command);
        }

        using var test = await other.PostAsJsonAsync($"campaigns/{campaign}/test", new { to = "me@a.example" });
        test.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        using var deleted = await other.DeleteAsync($"campaigns/{campaign}");
        deleted.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        using var stolen = await other.PostAsJsonAsync("campaigns", new { name = "Spring", listId = list, templateId = template });
        await ShouldBeProblem(stolen, HttpStatusCode.UnprocessableEntity, "list-unknown");
        (await other.GetJson("campaigns")).GetProperty("items").GetArrayLength().ShouldBe(0);
        (await api.GetJson($"campaigns/{campaign}")).Text("status").ShouldBe("draft");
    }

    [Theory]
    [InlineData("{\"name\":", "line 1")]
    [InlineData("{\"name\":\"Spring\",\"templteId\":null}", "templteId")]
    [InlineData("{\"name\":\"Spring\",\"listId\":\"seven\"}", "listId")]
    [InlineData("{\"name\":\"Spring\",\"pace\":{\"batches\":{\"minSize\":\"five\"}}}", "minSize")]
    [InlineData("[]", "")]
    public async Task a_body_that_cannot_be_read_is_a_400_that_says_where(string body, string named)
    {
        using var answer = await api.PostAsync("campaigns", new StringContent(body, Encoding.UTF8, "application/json"));

        var problem = await ShouldBeProblem(answer, HttpStatusCode.BadRequest, "invalid-json");
        problem.Text("detail").ShouldContain(named);
    }

    [Fact]
    public async Task input_that_cannot_be_used_is_listed_by_member()
    {
        using var answer = await api.PostAsJsonAsync(
            "campaigns", new { name = " ", from = new { email = "nobody" }, pace = new { daily = new { limit = 0 } }, noOpenAfterSeconds = -1 });

        var problem = await ShouldBeProblem(answer, HttpStatusCode.BadRequest, "invalid-input");
        problem.GetProperty("errors").EnumerateObject().Select(error => error.Name)
            .ShouldBe(["name", "from.email", "pace.daily.limit", "noOpenAfterSeconds"], ignoreOrder: true);
    }

    [Theory]
    [InlineData("campaigns/delete", "{}")]
    [InlineData("campaigns/delete", """{"ids":null}""")]
    [InlineData("suppressions", "{}")]
    [InlineData("suppressions/reinstate", """{"address":"a@a.example"}""")]
    [InlineData("campaigns", """{"name":"zero \u0000"}""")]
    [InlineData("templates", """{"name":"n","subject":"s","text":"zero \u0000"}""")]
    public async Task input_without_what_it_needs_or_that_nobody_can_store_is_no_error_of_the_server(string path, string body)
    {
        using var answer = await api.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"));
        ((int)answer.StatusCode).ShouldBeInRange(400, 499);
        (await ShouldBeProblem(answer, answer.StatusCode)).Text("type").ShouldStartWith("/problems/");
    }

    [Fact]
    public async Task a_cursor_that_nobody_can_store_is_no_error_of_the_server()
    {
        using var answer = await api.GetAsync("suppressions?cursor=AA"); // the zero character
        await ShouldBeProblem(answer, HttpStatusCode.BadRequest, "text-unusable");
    }

    [Fact]
    public async Task an_edit_on_an_old_version_is_refused()
    {
        using var drafted = await api.PostAsJsonAsync("campaigns", new { name = "Spring" });
        var path = drafted.Headers.Location!.ToString();
        using var first = await Edit(path, "Summer", drafted.Headers.ETag!.Tag);
        using var second = await Edit(path, "Autumn", drafted.Headers.ETag!.Tag);

        first.StatusCode.ShouldBe(HttpStatusCode.OK);
        await ShouldBeProblem(second, HttpStatusCode.PreconditionFailed, "outdated");
        using var third = await Edit(path, "Autumn", first.Headers.ETag!.Tag);
        third.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task a_post_repeated_with_its_key_gets_the_same_answer_and_changes_nothing()
    {
        using var first = await Draft("Spring", "key-1");
        using var repeated = await Draft("Spring", "key-1");
        using var reused = await Draft("Summer", "key-1");
        using var others = await Draft("Spring", "key-1", await host.Client("other"));

        first.StatusCode.ShouldBe(HttpStatusCode.Created);
        repeated.StatusCode.ShouldBe(HttpStatusCode.Created);
        repeated.Headers.Location.ShouldBe(first.Headers.Location);
        repeated.Content.Headers.ContentType.ShouldBe(first.Content.Headers.ContentType);
        (await repeated.Content.ReadAsStringAsync()).ShouldBe(await first.Content.ReadAsStringAsync());
        await ShouldBeProblem(reused, HttpStatusCode.UnprocessableEntity, "idempotency-key-reused");
        others.Headers.Location.ShouldNotBe(first.Headers.Location);
        (await api.GetJson("campaigns")).GetProperty("items").GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task of_posts_with_one_key_at_the_same_moment_one_creates()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Draft("Spring", "key-2")));

        (await api.GetJson("campaigns")).GetProperty("items").GetArrayLength().ShouldBe(1);
        answers.Count(answer => answer.StatusCode == HttpStatusCode.Created).ShouldBeGreaterThan(0);
        foreach (var answer in answers)
        {
            answer.StatusCode.ShouldBeOneOf(HttpStatusCode.Created, HttpStatusCode.Conflict);
            answer.Dispose();
        }

        using var later = await Draft("Spring", "key-2");
        later.StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task a_refused_post_does_not_use_up_its_key()
    {
        using var refused = await Draft("", "key-3");
        using var good = await Draft("Spring", "key-3");

        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        good.StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task walking_the_pages_meets_everything_once()
    {
        await api.Import("Everybody", Enumerable.Range(1, 53).Select(i => $"person{i}@a.example,Ada"));
        for (var i = 0; i < 23; i++)
        {
            await api.Post("campaigns", new { name = $"Campaign {i}" });
            await api.Post("lists", new { name = $"List {i}" });
            await api.Post("suppressions", new { addresses = new[] { $"gone{i}@a.example" } });
        }

        (await Walk("contacts", "email")).Distinct().Count().ShouldBe(53);
        (await Walk("campaigns", "id")).Distinct().Count().ShouldBe(23);
        (await Walk("lists", "id")).Distinct().Count().ShouldBe(24);
        (await Walk("suppressions", "address")).Distinct().Count().ShouldBe(23);
        using var nonsense = await api.GetAsync("campaigns?cursor=%20%F0%9F&limit=-5");
        ((int)nonsense.StatusCode).ShouldBeLessThan(500);
    }

    [Fact]
    public async Task drafts_are_deleted_together_or_not_at_all()
    {
        var drafts = new List<Guid>();
        for (var i = 0; i < 5; i++)
        {
            drafts.Add((await api.Post("campaigns", new { name = $"Campaign {i}" })).GetProperty("id").GetGuid());
        }

        using var withUnknown = await api.PostAsJsonAsync("campaigns/delete", new { ids = drafts.Append(Guid.NewGuid()) });
        await ShouldBeProblem(withUnknown, HttpStatusCode.NotFound, "not-found");
        (await api.GetJson("campaigns")).GetProperty("items").GetArrayLength().ShouldBe(5);

        using var all = await api.PostAsJsonAsync("campaigns/delete", new { ids = drafts });
        all.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await api.GetJson("campaigns")).GetProperty("items").GetArrayLength().ShouldBe(0);
        using var gone = await api.GetAsync($"campaigns/{drafts[0]}");
        gone.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task a_change_reaches_who_follows_the_progress_within_two_seconds()
    {
        var list = await api.Import("Everybody", ["a@a.example,Ada"]);
        var campaign = await api.Draft(list, await api.MakeTemplate());
        var began = new TaskCompletionSource();
        var followed = api.Follow(campaign, progress =>
        {
            began.TrySetResult();
            return progress.Status == Planning.CampaignStatus.Cancelled;
        });
        await began.Task;
        await api.Command(campaign, "schedule", new { at = DateTimeOffset.UtcNow.AddHours(1) });

        var changed = TimeProvider.System.GetTimestamp();
        await api.Command(campaign, "cancel", new { reason = "No" });
        (await followed).Reason.ShouldBe("No");
        TimeProvider.System.GetElapsedTime(changed).ShouldBeLessThan(TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task the_api_describes_each_of_its_operations()
    {
        using var description = JsonDocument.Parse(await api.GetStringAsync(new Uri(host.Address, "/openapi/v1.json")));

        description.RootElement.Text("openapi").ShouldStartWith("3.1");
        var operations = description.RootElement.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(operation => (Name: $"{operation.Name} {path.Name}", operation.Value))).ToList();
        operations.Count.ShouldBeGreaterThan(30);
        operations.Where(operation => !Has(operation.Value, "summary") || !Has(operation.Value, "operationId")).Select(operation => operation.Name).ShouldBeEmpty();
        operations.Select(operation => operation.Value.Text("operationId")).ShouldBeUnique();
        operations.SelectMany(operation => operation.Value.TryGetProperty("parameters", out var parameters)
                ? parameters.EnumerateArray().Where(parameter => !Has(parameter, "description")).Select(parameter => $"{operation.Name}: {parameter.Text("name")}")
                : [])
            .ShouldBeEmpty();
        description.RootElement.GetProperty("tags").EnumerateArray().Select(tag => tag.Text("name")).ShouldBe(
            operations.SelectMany(operation => operation.Value.GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()!)).Distinct(), ignoreOrder: true);
        description.RootElement.GetProperty("tags").EnumerateArray().Where(tag => tag.Text("name").Any(char.IsUpper)).ShouldBeEmpty("no names of classes");
        description.RootElement.GetProperty("components").GetProperty("securitySchemes").GetProperty("apiKey").Text("scheme").ShouldBe("bearer");
        operations.Where(operation => operation.Name.Contains("/api/", StringComparison.Ordinal))
            .Where(operation => !operation.Value.TryGetProperty("security", out _) || !operation.Value.GetProperty("responses").TryGetProperty("401", out _))
            .Select(operation => operation.Name).ShouldBeEmpty();
    }

    [Fact]
    public async Task the_description_says_what_a_generator_of_clients_has_to_know()
    {
        using var description = JsonDocument.Parse(await api.GetStringAsync(new Uri(host.Address, "/openapi/v1.json")));
        var schemas = description.RootElement.GetProperty("components").GetProperty("schemas").EnumerateObject().ToList();
        var members = schemas.Where(schema => schema.Value.TryGetProperty("properties", out _))
            .SelectMany(schema => schema.Value.GetProperty("properties").EnumerateObject().Select(member => (
                Name: $"{schema.Name}.{member.Name}", member.Value,
                IsRequired: schema.Value.TryGetProperty("required", out var required) && required.EnumerateArray().Any(name => name.GetString() == member.Name)))).ToList();
        members.Count.ShouldBeGreaterThan(300);

        schemas.Where(schema => schema.Value.TryGetProperty("enum", out _) && schema.Value.Text("type") != "string").ShouldBeEmpty();
        members.Where(member => !member.Value.TryGetProperty("type", out _) && !member.Value.TryGetProperty("$ref", out _) && !member.Value.TryGetProperty("oneOf", out _))
            .Select(member => member.Name).ShouldBeEmpty("each is of some kind");
        members.Where(member => member.IsRequired && MayBeNull(member.Value)).Select(member => member.Name).ShouldBeEmpty("what is null is left out of answers");
        members.Single(member => member.Name == "CampaignInput.name").IsRequired.ShouldBeTrue();
        members.Single(member => member.Name == "CampaignView.createdAt").IsRequired.ShouldBeTrue();
        var patch = members.Where(member => member.Name.StartsWith("CampaignInputPatch.", StringComparison.Ordinal)).ToList();
        patch.Count.ShouldBeGreaterThan(10);
        patch.Where(member => member.IsRequired || !MayBeNull(member.Value)).Select(member => member.Name).ShouldBeEmpty("a patch names what it likes, and null removes");

        static bool MayBeNull(JsonElement member) =>
            member.GetRawText().Contains("\"null\"", StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_load_balancer_sees_without_a_key_that_the_node_is_well()
    {
        using var stranger = new HttpClient();
        using var answer = await stranger.GetAsync(new Uri(host.Address, "/health"));

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("campaigns", """{"name":"Spr\u0000ing"}""")]
    [InlineData("templates", """{"name":"Spring","subject":"Hello\u0000","html":"<p>x</p>"}""")]
    [InlineData("lists", """{"name":"Every\u0000body"}""")]
    [InlineData("suppressions", """{"addresses":null}""")]
    [InlineData("suppressions", "{}")]
    [InlineData("campaigns", "")]
    public async Task a_body_that_nobody_can_use_is_refused_and_no_fault_of_ours(string path, string body)
    {
        using var answer = await api.PostAsync(path, new StringContent(body, Encoding.UTF8, "application/json"));

        ((int)answer.StatusCode).ShouldBeInRange(400, 499);
        var problem = await ShouldBeProblem(answer, answer.StatusCode);
        problem.Text("detail").ShouldNotContain("Implicit body");
    }

    [Fact]
    public async Task a_charset_that_nobody_knows_is_refused()
    {
        using var content = new ByteArrayContent("{}"u8.ToArray()) { Headers = { { "Content-Type", "application/json; charset=klingon" } } };
        using var answer = await api.PostAsync("campaigns", content);

        await ShouldBeProblem(answer, HttpStatusCode.UnsupportedMediaType, "unsupported-media-type");
    }

    [Theory]
    [InlineData("campaigns")]
    [InlineData("templates")]
    [InlineData("lists")]
    [InlineData("contacts")]
    [InlineData("imports")]
    public async Task a_cursor_of_another_list_is_refused_instead_of_beginning_again(string path)
    {
        using var answer = await api.GetAsync($"{path}?cursor=YWJj");

        await ShouldBeProblem(answer, HttpStatusCode.BadRequest, "bad-request");
    }

    [Fact]
    public async Task a_reason_is_no_novel()
    {
        var campaign = (await api.Post("campaigns", new { name = "Spring" })).Text("id");
        using var answer = await api.PostAsJsonAsync($"campaigns/{campaign}/pause", new { reason = new string('a', 2001) });

        await ShouldBeProblem(answer, HttpStatusCode.UnprocessableEntity, "text-too-long");
    }

    [Theory]
    [InlineData("GET", "nothing-here", 404)]
    [InlineData("GET", "campaigns/seven", 404)]
    [InlineData("PATCH", "campaigns", 405)]
    [InlineData("GET", "campaigns?limit=many", 400)]
    [InlineData("GET", "campaigns?status=dancing", 400)]
    [InlineData("GET", "campaigns?status=", 400)]
    [InlineData("GET", "contacts?list=seven", 400)]
    [InlineData("GET", "senders?retired=maybe", 400)]
    [InlineData("POST", "campaigns", 415)]
    public async Task what_the_framework_refuses_is_a_problem_document_like_any_other(string method, string path, int status)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path)
        {
            Content = method == "GET" ? null : new StringContent("name=Spring", Encoding.UTF8, "text/plain"),
        };
        using var answer = await api.SendAsync(request);

        (await ShouldBeProblem(answer, (HttpStatusCode)status)).Text("detail").ShouldNotContain("bind parameter");
    }

    static bool Has(JsonElement operation, string member) => operation.TryGetProperty(member, out var text) && !string.IsNullOrWhiteSpace(text.GetString());

    static async Task<JsonElement> ShouldBeProblem(HttpResponseMessage answer, HttpStatusCode status, string? code = null)
    {
        answer.StatusCode.ShouldBe(status);
        answer.Content.Headers.ContentType?.MediaType.ShouldBe("application/problem+json");
        var problem = await answer.Json();
        problem.Text("type").ShouldStartWith("/problems/" + code);
        problem.Number("status").ShouldBe((int)status);
        problem.Text("title").ShouldNotBeEmpty();
        return problem;
    }

    async Task<List<string>> Walk(string path, string member)
    {
        var all = new List<string>();
        for (var cursor = ""; cursor is not null;)
        {
            var page = await api.GetJson($"{path}?limit=7{cursor}");
            all.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.Text(member)));
            cursor = page.TryGetProperty("next", out var next) && next.GetString() is { } after ? "&cursor=" + after : null;
        }

        all.ShouldBeUnique();
        return all;
    }

    async Task<HttpResponseMessage> Edit(string path, string name, string version)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, path) { Content = JsonContent.Create(new { name }), Headers = { { "If-Match", version } } };
        return await api.SendAsync(request);
    }

    async Task<HttpResponseMessage> Draft(string name, string key, HttpClient? client = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "campaigns") { Content = JsonContent.Create(new { name }), Headers = { { "Idempotency-Key", key } } };
        return await (client ?? api).SendAsync(request);
    }
}
