using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Campaigns.Server.Tests.Authoring;

[Collection("postgres")]
public sealed class templates_over_http(PostgresFixture postgres) : IAsyncLifetime
{
    ApiHost host = null!;
    HttpClient client = null!;

    public async Task InitializeAsync()
    {
        host = await ApiHost.Start(await postgres.NewDatabase());
        client = await host.Client();
    }

    public async Task DisposeAsync()
    {
        client.Dispose();
        await host.DisposeAsync();
    }

    [Fact]
    public async Task are_revised_by_whom_has_read_the_newest_version()
    {
        var created = await client.PostAsJsonAsync("templates", new { name = "Spring", subject = "Hi", html = "<p>Hi</p>" });
        var id = (await created.Json()).Text("id");

        var revised = await Revise(id, "Hello", created.Headers.ETag!.Tag);
        var outdated = await Revise(id, "Good day", created.Headers.ETag!.Tag);

        revised.StatusCode.ShouldBe(HttpStatusCode.OK);
        outdated.StatusCode.ShouldBe(HttpStatusCode.PreconditionFailed);
        var read = await client.GetAsync($"templates/{id}");
        read.Headers.ETag.ShouldBe(revised.Headers.ETag);
        var template = await read.Json();
        (template.Text("subject"), template.Number("revision"), template.Number("version")).ShouldBe(("Hello", 2, 2));
    }

    [Fact]
    public async Task with_mistakes_are_refused_with_their_place()
    {
        var response = await client.PostAsJsonAsync("templates", new { name = "Spring", subject = "Hi {{first_name" });

        response.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        var problem = await response.Json();
        problem.Text("type").ShouldBe("/problems/template-invalid");
        problem.Text("detail").ShouldContain("subject, line 1, column 4");
    }

    [Theory]
    [InlineData("{{insert first_name “default=Friend”}}", "is no straight quote")]
    [InlineData("{{#with this as |r|}}{{#r}}{{#r}}{{/r}}{{/r}}{{/with}}", "block parameters")]
    [InlineData("{{length}}", "{{this.length}}")]
    public async Task are_checked_alike_when_they_are_made_changed_and_previewed(string subject, string remedy)
    {
        var made = await client.PostAsJsonAsync("templates", new { name = "Spring", subject });
        var id = (await (await client.PostAsJsonAsync("templates", new { name = "Spring", subject = "Hi" })).Json()).Text("id");
        var changed = await Revise(id, subject, "*");
        var previewed = await client.PostAsJsonAsync("templates/preview", new { subject, text = "Hi" });

        foreach (var refused in new[] { made, changed, previewed })
        {
            refused.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
            var problem = await refused.Json();
            problem.Text("type").ShouldBe("/problems/template-invalid");
            problem.Text("detail").ShouldContain(remedy);
        }
    }

    [Fact]
    public async Task show_what_a_contact_would_get()
    {
        var contact = await (await client.PostAsJsonAsync("contacts", new { email = "ann@example.com", firstName = "Ann" })).Json();
        var template = await (await client.PostAsJsonAsync("templates", new { name = "Spring", subject = "Hi {{first_name}}", html = "<p>{{first_name}} in {{city}} at {{company}}</p>" })).Json();
        var path = $"templates/{template.Text("id")}/preview";

        var missing = await client.PostAsJsonAsync(path, new { contactId = contact.Text("id") });
        var shown = await client.PostAsJsonAsync(path, new { contactId = contact.Text("id"), fields = new { city = "Bern", company = "Lee & Sons" } });

        missing.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        var problem = await missing.Json();
        problem.Text("type").ShouldBe("/problems/missing-variables");
        problem.GetProperty("variables").EnumerateArray().Select(name => name.GetString()).ShouldBe(["city", "company"]);
        var rendered = await shown.Json();
        (rendered.Text("subject"), rendered.Text("html"), rendered.Text("text")).ShouldBe(
            ("Hi Ann", "<p>Ann in Bern at Lee &amp; Sons</p>", "Ann in Bern at Lee & Sons"));
    }

    [Fact]
    public async Task can_be_looked_at_before_they_are_saved()
    {
        var shown = await client.PostAsJsonAsync("templates/preview", new { subject = "Hi {{insert name \"default=there\"}}", text = "Bye" });

        var rendered = await shown.Json();
        (rendered.Text("subject"), rendered.Text("text")).ShouldBe(("Hi there", "Bye"));
        (await client.GetJson("templates")).GetProperty("items").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task leave_the_list_when_they_are_archived()
    {
        var id = (await (await client.PostAsJsonAsync("templates", new { name = "Spring", subject = "Hi" })).Json()).Text("id");

        var archived = await client.PostAsync($"templates/{id}/archive", null);

        (await archived.Json()).GetProperty("archived").GetBoolean().ShouldBeTrue();
        (await client.GetJson("templates")).GetProperty("items").GetArrayLength().ShouldBe(0);
        (await client.GetJson("templates?archived=true")).GetProperty("items").GetArrayLength().ShouldBe(1);
        (await Revise(id, "Hello", "*")).StatusCode.ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task of_one_organisation_are_invisible_to_another()
    {
        var id = (await (await client.PostAsJsonAsync("templates", new { name = "Spring", subject = "Hi" })).Json()).Text("id");
        client = await host.Client("other");

        (await client.GetAsync($"templates/{id}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await Revise(id, "Hello", "*")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await client.PostAsync($"templates/{id}/archive", null)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await client.PostAsJsonAsync($"templates/{id}/preview", new { })).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task are_in_the_description_of_the_api()
    {
        using var anybody = new HttpClient { BaseAddress = host.Address };

        var description = await anybody.GetFromJsonAsync<JsonElement>("openapi/v1.json");

        var paths = description.GetProperty("paths");
        paths.GetProperty("/api/v1/templates").GetProperty("post").Text("operationId").ShouldBe("CreateTemplate");
        paths.GetProperty("/api/v1/imports").GetProperty("post").GetProperty("requestBody").GetProperty("content").TryGetProperty("text/csv", out _).ShouldBeTrue();
    }

    Task<HttpResponseMessage> Revise(string id, string subject, string version)
    {
        var request = new HttpRequestMessage(HttpMethod.Put, $"templates/{id}") { Content = JsonContent.Create(new { name = "Spring", subject, html = "<p>Hi</p>" }) };
        request.Headers.TryAddWithoutValidation("If-Match", version);
        return client.SendAsync(request);
    }
}
