using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Campaigns.Server.Tests.Audience;

[Collection("postgres")]
public sealed class contacts_and_lists(PostgresFixture postgres) : IAsyncLifetime
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
    public async Task a_contact_is_added_once_and_changed()
    {
        var input = new { email = " Ann@Example.com", firstName = "Ann", timeZone = "Europe/Zurich", attributes = new Dictionary<string, string> { ["Company Name"] = "Acme" } };

        var created = await client.PostAsJsonAsync("contacts", input);
        var again = await client.PostAsJsonAsync("contacts", input);
        var contact = await created.Json();
        var changed = await client.PutAsJsonAsync($"contacts/{contact.Text("id")}", new { email = "ann.lee@example.com", lastName = "Lee" });

        created.StatusCode.ShouldBe(HttpStatusCode.Created);
        contact.Text("email").ShouldBe("ann@example.com");
        contact.GetProperty("attributes").Text("company_name").ShouldBe("Acme");
        again.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await again.Json()).Text("contactId").ShouldBe(contact.Text("id"));
        var after = await client.GetJson($"contacts/{contact.Text("id")}");
        (after.Text("email"), after.Text("lastName"), after.TryGetProperty("firstName", out _)).ShouldBe(("ann.lee@example.com", "Lee", false));
        changed.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task a_contact_may_have_a_telephone_also_one_that_others_have()
    {
        var ann = await (await client.PostAsJsonAsync("contacts", new { email = "ann@example.com", phone = "+41 (0)79 123 45 67" })).Json();
        var bob = await (await client.PostAsJsonAsync("contacts", new { email = "bob@example.com", phone = "+41791234567" })).Json();
        await client.PutAsJsonAsync($"contacts/{bob.Text("id")}", new { email = "bob@example.com" });

        (ann.Text("phone"), bob.Text("phone")).ShouldBe(("+41791234567", "+41791234567"));
        (await client.GetJson($"contacts/{bob.Text("id")}")).TryGetProperty("phone", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task an_unusable_contact_is_refused_member_by_member()
    {
        var response = await client.PostAsJsonAsync("contacts", new { email = "nobody", phone = "079 123 45 67", timeZone = "Mars/Olympus" });

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await response.Json()).GetProperty("errors").EnumerateObject().Select(error => error.Name).ShouldBe(["email", "phone", "timeZone"], ignoreOrder: true);
    }

    [Fact]
    public async Task a_contact_may_have_a_number_and_no_address()
    {
        var ann = await client.PostAsJsonAsync("contacts", new { phone = "0041 79 123 45 67", firstName = "Ann" });
        var again = await client.PostAsJsonAsync("contacts", new { phone = "+41791234567" });
        var bob = await client.PostAsJsonAsync("contacts", new { email = "bob@example.com", phone = "+41791234567" });
        var nobody = await client.PostAsJsonAsync("contacts", new { firstName = "Nobody" });

        ann.StatusCode.ShouldBe(HttpStatusCode.Created);
        var contact = await ann.Json();
        (contact.Text("phone"), contact.TryGetProperty("email", out _)).ShouldBe(("+41791234567", false));
        again.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await again.Json()).Text("detail").ShouldBe("There is a contact with the number +41791234567.");
        bob.StatusCode.ShouldBe(HttpStatusCode.Created, "a household shares a telephone");
        (await nobody.Json()).GetProperty("errors").GetProperty("email")[0].GetString().ShouldBe("A contact has an e-mail address, a telephone number, or both.");
        var taken = await client.PutAsJsonAsync($"contacts/{(await bob.Json()).Text("id")}", new { phone = "+41791234567" });
        taken.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        var changed = await client.PutAsJsonAsync($"contacts/{contact.Text("id")}", new { email = "ann@example.com" });
        var after = await changed.Json();
        (after.Text("email"), after.TryGetProperty("phone", out _)).ShouldBe(("ann@example.com", false));
        (await client.GetAsync("contacts?phone=rubbish")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task a_name_is_one_line_and_what_is_wrong_with_an_address_is_named()
    {
        var response = await client.PostAsJsonAsync("contacts", new { email = "an\u200bn@example.com", firstName = "Ann\nBcc: e@x.example", lastName = "L\0ee", timeZone = "right/Europe/Paris" });

        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var errors = (await response.Json()).GetProperty("errors");
        errors.EnumerateObject().Select(error => error.Name).ShouldBe(["email", "firstName", "lastName", "timeZone"], ignoreOrder: true);
        errors.GetProperty("email")[0].GetString()!.ShouldContain("U+200B");
    }

    [Fact]
    public async Task contacts_come_in_pages()
    {
        foreach (var name in new[] { "a", "b", "c" })
        {
            await client.PostAsJsonAsync("contacts", new { email = $"{name}@example.com" });
        }

        var first = await client.GetJson("contacts?limit=2");
        var second = await client.GetJson($"contacts?limit=2&cursor={first.Text("next")}");

        first.GetProperty("items").GetArrayLength().ShouldBe(2);
        second.GetProperty("items").GetArrayLength().ShouldBe(1);
        second.TryGetProperty("next", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task a_list_takes_members_once_and_names_the_unknown_ones()
    {
        var contact = await (await client.PostAsJsonAsync("contacts", new { email = "ann@example.com" })).Json();
        var list = await (await client.PostAsJsonAsync("lists", new { name = "People" })).Json();
        var unknown = Guid.NewGuid();
        var ids = new { contactIds = new[] { contact.GetProperty("id").GetGuid(), unknown } };

        var first = await (await client.PostAsJsonAsync($"lists/{list.Text("id")}/members", ids)).Json();
        var second = await (await client.PostAsJsonAsync($"lists/{list.Text("id")}/members", ids)).Json();

        (first.Number("added"), first.Number("alreadyMembers"), first.GetProperty("unknown")[0].GetGuid()).ShouldBe((1, 0, unknown));
        (second.Number("added"), second.Number("alreadyMembers")).ShouldBe((0, 1));
        (await client.GetJson("lists")).GetProperty("items")[0].Number("members").ShouldBe(1);
    }

    [Fact]
    public async Task a_list_has_a_name_of_its_own()
    {
        await client.PostAsJsonAsync("lists", new { name = "People" });

        (await client.PostAsJsonAsync("lists", new { name = "people " })).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await client.PostAsJsonAsync("lists", new { name = " " })).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task a_deleted_list_leaves_its_contacts()
    {
        var import = await (await client.PostAsync("imports?list=Gone", ApiCalls.Csv("email\nann@example.com\n"))).Json();

        (await client.DeleteAsync($"lists/{import.Text("listId")}")).StatusCode.ShouldBe(HttpStatusCode.NoContent);

        (await client.DeleteAsync($"lists/{import.Text("listId")}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await client.GetJson("contacts")).GetProperty("items").GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task of_one_organisation_are_invisible_to_another()
    {
        var contact = await (await client.PostAsJsonAsync("contacts", new { email = "ann@example.com" })).Json();
        var list = await (await client.PostAsJsonAsync("lists", new { name = "People" })).Json();
        using var other = await host.Client("other");

        (await other.GetAsync($"contacts/{contact.Text("id")}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await other.PutAsJsonAsync($"contacts/{contact.Text("id")}", new { email = "x@example.com" })).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await other.DeleteAsync($"lists/{list.Text("id")}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await other.PostAsJsonAsync($"lists/{list.Text("id")}/members", new { contactIds = new[] { Guid.NewGuid() } })).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await other.PostAsJsonAsync("contacts", new { email = "ann@example.com" })).StatusCode.ShouldBe(HttpStatusCode.Created);
    }
}
