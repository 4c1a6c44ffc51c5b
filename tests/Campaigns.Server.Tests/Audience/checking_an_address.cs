using System.Net;
using System.Net.Http.Json;
using Campaigns.Providers.SendGrid;
using Campaigns.Server.Tests.Consent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Campaigns.Server.Tests.Audience;

[Collection("postgres")]
public sealed class checking_an_address(PostgresFixture postgres) : IAsyncLifetime
{
    ApiHost host = null!;
    HttpClient api = null!;
    SendGridStandIn sendGrid = null!;

    public async Task InitializeAsync()
    {
        sendGrid = await SendGridStandIn.Start();
        host = await ApiHost.Start(await postgres.NewDatabase(), new Dictionary<string, string?>
        {
            ["SendGrid:ApiKey"] = "SG.test", ["SendGrid:ValidationKey"] = "SG.validation", ["SendGrid:BaseAddress"] = sendGrid.Address.ToString(),
        });
        api = await host.Client();
    }

    public async Task DisposeAsync()
    {
        api.Dispose();
        await host.DisposeAsync();
        await sendGrid.DisposeAsync();
    }

    [Fact]
    public async Task gives_the_providers_verdict()
    {
        sendGrid.Says = _ => (200, """{"result":{"email":"ann@gmial.com","verdict":"Risky","score":0.25,"local":"ann","host":"gmial.com","suggestion":"gmail.com","checks":{},"ip_address":"::1"}}""");
        using var answer = await Check("Ann@gmial.com");
        (await answer.Content.ReadAsStringAsync()).ShouldBe("""{"email":"ann@gmial.com","verdict":"Risky","score":0.25,"suggestion":"gmail.com"}""");
        sendGrid.Calls.ShouldBe(["""POST /v3/validations/email {"email":"ann@gmial.com"} Bearer SG.validation"""]);
    }

    [Fact]
    public async Task needs_a_key_of_its_own()
    {
        host.Services.GetRequiredService<IOptions<SendGridOptions>>().Value.ValidationKey = "";
        using var answer = await Check("ann@a.example");
        answer.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await answer.Json()).Text("type").ShouldBe("/problems/validation-not-configured");
        sendGrid.Calls.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(403, """{"errors":[{"message":"access forbidden"}]}""", "SendGrid answered 403 access forbidden")]
    [InlineData(200, """{"result":{}}""", "SendGrid answered 200 OK")]
    public async Task says_what_the_provider_says_when_it_gives_none(int status, string body, string detail)
    {
        sendGrid.Says = _ => (status, body);
        using var answer = await Check("ann@a.example");
        answer.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        (await answer.Json()).Text("detail").ShouldBe(detail);
    }

    [Fact]
    public async Task does_not_ask_about_what_is_none()
    {
        using var answer = await Check("nobody");
        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        sendGrid.Calls.ShouldBeEmpty();
    }

    Task<HttpResponseMessage> Check(string email) => api.PostAsJsonAsync("contacts/validate", new { email });
}
