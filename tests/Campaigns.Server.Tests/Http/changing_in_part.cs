using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Campaigns.Server.Tests.Http;

/// <summary>Merge patches, RFC 7396.</summary>
[Collection("postgres")]
public sealed class changing_in_part(PostgresFixture postgres) : IAsyncLifetime
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
    public async Task of_a_draft_leaves_what_is_not_named_and_removes_what_is_null()
    {
        var drafted = await api.Post("campaigns", new
        {
            name = "Spring", from = new { email = "anna@sender.example", name = "Anna" }, urgent = true, noOpenAfterSeconds = 60, limits = new { senderPerMinute = 5, domainPerHour = 7 },
        });
        var path = $"campaigns/{drafted.Text("id")}";

        var changed = await Patch(path, """{"name":"Summer","urgent":null,"from":{"name":null,"replyTo":"ben@sender.example"},"limits":{"domainPerHour":9},"pace":{"batches":null,"daily":{"limit":3}}}""");

        changed.Text("name").ShouldBe("Summer");
        changed.GetProperty("urgent").GetBoolean().ShouldBeFalse();
        changed.Number("noOpenAfterSeconds").ShouldBe(60);
        (changed.GetProperty("from").Text("email"), changed.GetProperty("from").Text("replyTo"), changed.GetProperty("from").TryGetProperty("name", out _))
            .ShouldBe(("anna@sender.example", "ben@sender.example", false));
        (changed.GetProperty("limits").Number("senderPerMinute"), changed.GetProperty("limits").Number("domainPerHour")).ShouldBe((5, 9));
        (changed.GetProperty("pace").TryGetProperty("batches", out _), changed.GetProperty("pace").GetProperty("daily").Number("limit")).ShouldBe((false, 3));
        (await Patch(path, "{}")).Number("version").ShouldBe(changed.Number("version"), "nothing was changed");
    }

    [Theory]
    [InlineData("""{"nmae":"Summer"}""", 400, "$.nmae")]
    [InlineData("""{"nmae":null}""", 400, "$.nmae")]
    [InlineData("""{"from":{"mail":"a@a.example"}}""", 400, "$.from.mail")]
    [InlineData("""{"name":null}""", 400, "name")]
    [InlineData("""{"urgent":"very"}""", 400, "true or false")]
    [InlineData("""{"name":"a","name":"b"}""", 400, "twice")]
    [InlineData("""{"listId":"00000000-0000-0000-0000-000000000001"}""", 422, "list")]
    [InlineData("[]", 400, "object")]
    [InlineData("null", 400, "object")]
    [InlineData("", 400, "JSON")]
    public async Task is_checked_as_a_whole_change_is(string patch, int status, string named)
    {
        var drafted = await api.Post("campaigns", new { name = "Spring", from = new { email = "anna@sender.example" } });
        using var answer = await Send($"campaigns/{drafted.Text("id")}", patch);

        ((int)answer.StatusCode).ShouldBe(status);
        (await answer.Content.ReadAsStringAsync()).ShouldContain(named);
        (await api.GetJson($"campaigns/{drafted.Text("id")}")).Number("version").ShouldBe(1);
    }

    [Theory]
    [InlineData("organisation", """{"postalAddress":"\ud800"}""")]
    [InlineData("organisation", """{"\ud800":"x"}""")]
    [InlineData("organisation", """{"frequencyCap":{"\udc00":1}}""")]
    [InlineData("contacts", """{"firstName":"a\ud800b"}""")]
    [InlineData("contacts", """{"attributes":{"size":"\ud800"}}""")]
    [InlineData("contacts", """{"attributes":{"\ud800":"38"}}""")]
    [InlineData("campaigns", """{"name":"\ud800"}""")]
    [InlineData("campaigns", """{"senderIds":["\ud800"]}""")]
    [InlineData("campaigns", """{"from":{"email":"a@sender.example","\ud800":null}}""")]
    [InlineData("campaigns", """{"urgent":"\ud800"}""")]
    public async Task is_refused_with_half_a_letter_in_it_as_a_whole_change_is(string what, string patch)
    {
        var path = what switch
        {
            "contacts" => $"contacts/{(await api.Post("contacts", new { email = "ann@example.com" })).Text("id")}",
            "campaigns" => $"campaigns/{(await api.Post("campaigns", new { name = "Spring" })).Text("id")}",
            _ => what,
        };
        using var changed = await Send(path, patch);
        using var put = await api.PutAsync(path, new StringContent(patch, Encoding.UTF8, "application/json"));

        (changed.StatusCode, put.StatusCode).ShouldBe((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest));
        (await changed.Json()).Text("type").ShouldBe("/problems/invalid-json");
    }

    [Fact]
    public async Task is_refused_on_an_old_version_of_another_thing_and_in_another_type()
    {
        using var drafted = await api.PostAsJsonAsync("campaigns", new { name = "Spring" });
        var path = $"campaigns/{(await drafted.Json()).Text("id")}";
        using var first = await Send(path, """{"name":"Summer"}""", drafted.Headers.ETag!.Tag);
        using var second = await Send(path, """{"name":"Autumn"}""", drafted.Headers.ETag!.Tag);
        using var third = await Send(path, """{"name":"Autumn"}""", type: "application/json");
        using var text = await Send(path, """{"name":"Autumn"}""", type: "text/plain");
        using var other = await host.Client("other");
        using var stolen = await other.PatchAsJsonAsync(path, new { name = "Mine" });

        new[] { first, second, third, text, stolen }.Select(answer => answer.StatusCode).ShouldBe(
            [HttpStatusCode.OK, HttpStatusCode.PreconditionFailed, HttpStatusCode.OK, HttpStatusCode.UnsupportedMediaType, HttpStatusCode.NotFound]);
        third.Headers.ETag.ShouldNotBe(first.Headers.ETag);
        await api.PostAsync($"{path}/archive", null);
    }

    [Fact]
    public async Task at_the_same_moment_by_several_loses_nobodys_part()
    {
        var contact = (await api.Post("contacts", new { email = "ann@example.com" })).Text("id");
        var campaign = (await api.Post("campaigns", new { name = "Spring" })).Text("id");

        var answers = await Task.WhenAll(
            Send($"contacts/{contact}", """{"firstName":"Ann"}"""), Send($"contacts/{contact}", """{"lastName":"Lee"}"""),
            Send($"contacts/{contact}", """{"attributes":{"Shoe size":"38"}}"""),
            Send($"campaigns/{campaign}", """{"urgent":true}"""), Send($"campaigns/{campaign}", """{"limits":{"domainPerHour":9}}"""));

        answers.Select(answer => answer.StatusCode).ShouldAllBe(status => status == HttpStatusCode.OK);
        var ann = await api.GetJson($"contacts/{contact}");
        (ann.Text("firstName"), ann.Text("lastName"), ann.GetProperty("attributes").Text("shoe_size")).ShouldBe(("Ann", "Lee", "38"));
        var spring = await api.GetJson($"campaigns/{campaign}");
        (spring.GetProperty("urgent").GetBoolean(), spring.GetProperty("limits").Number("domainPerHour")).ShouldBe((true, 9));
    }

    [Fact]
    public async Task of_a_contact_takes_attributes_by_any_name_and_keeps_somebody_who_can_be_written_to()
    {
        using var made = await api.PostAsJsonAsync("contacts", new { email = "ann@example.com", timeZone = "Europe/Zurich", attributes = new { size = "38", colour = "red" } });
        var path = $"contacts/{(await made.Json()).Text("id")}";

        var changed = await Patch(path, """{"attributes":{"Size":"39","Colour":null},"timeZone":null}""", made.Headers.ETag!.Tag);
        (changed.GetProperty("attributes").GetRawText(), changed.TryGetProperty("timeZone", out _)).ShouldBe(("""{"size":"39"}""", false));
        using var outdated = await Send(path, """{"firstName":"Ann"}""", made.Headers.ETag!.Tag);
        outdated.StatusCode.ShouldBe(HttpStatusCode.PreconditionFailed);
        using var unreachable = await Send(path, """{"email":null}""");
        unreachable.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await Patch(path, """{"email":null,"phone":"+41 79 123 45 67"}""")).Text("phone").ShouldBe("+41791234567");
        using var old = new HttpRequestMessage(HttpMethod.Put, path) { Content = JsonContent.Create(new { email = "x@example.com" }), Headers = { { "If-Match", made.Headers.ETag!.Tag } } };
        using var put = await api.SendAsync(old);
        put.StatusCode.ShouldBe(HttpStatusCode.PreconditionFailed);
        using var nobody = await Send($"contacts/{Guid.NewGuid()}", "{}");
        nobody.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task of_the_organisation_needs_an_admin()
    {
        var before = await api.GetJson("organisation");
        var changed = await Patch("organisation", """{"name":"Acme","timeZone":"Europe/Zurich","frequencyCap":{"messages":2,"days":7}}""");
        (changed.Text("name"), changed.GetProperty("frequencyCap").Number("days")).ShouldBe(("Acme", 7));
        changed.GetProperty("approvalRequired").GetBoolean().ShouldBe(before.GetProperty("approvalRequired").GetBoolean());
        (await Patch("organisation", """{"frequencyCap":null}""")).TryGetProperty("frequencyCap", out _).ShouldBeFalse();
        using var unknown = await Send("organisation", """{"timeZone":"Mars"}""");
        unknown.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);

        using var sender = host.ClientWith((await api.Post("keys", new { name = "crm", scope = "send" })).Text("key"));
        using var refused = await sender.PatchAsJsonAsync("organisation", new { name = "Mine" });
        refused.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    async Task<JsonElement> Patch(string path, string patch, string? version = null)
    {
        using var answer = await Send(path, patch, version);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        return await answer.Json();
    }

    async Task<HttpResponseMessage> Send(string path, string patch, string? version = null, string type = "application/merge-patch+json")
    {
        using var request = new HttpRequestMessage(HttpMethod.Patch, path) { Content = new StringContent(patch, Encoding.UTF8, type) };
        if (version is not null)
        {
            request.Headers.Add("If-Match", version);
        }

        return await api.SendAsync(request);
    }
}
