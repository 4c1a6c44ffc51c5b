using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using Campaigns.Planning;
using Campaigns.Providers.SendGrid;
using Campaigns.Server.Tests.Sending;
using Campaigns.Tenancy;
using Microsoft.Extensions.DependencyInjection;

namespace Campaigns.Server.Tests.Tenancy;

[Collection("postgres")]
public sealed class credentials_over_http(PostgresFixture postgres)
{
    static readonly string Key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    [Fact]
    public async Task open_the_organisations_own_account_within_seconds_and_are_never_shown()
    {
        await using var run = await Start();
        await run.Api.PutAsJsonAsync("credentials/sendgrid", new { apiKey = "SG.wrong" });
        var campaign = await run.Api.Launch(["ada@a.example"]);
        await run.Work();
        (await run.Api.Progress(campaign)).Status.ShouldBe(Planning.CampaignStatus.Paused, "SendGrid knows no such key");

        using var set = await run.Api.PutAsJsonAsync("credentials/sendgrid", new { apiKey = SandboxRun.Options.ApiKey });
        await run.Pass(TimeSpan.FromSeconds(5));
        await run.Api.Command(campaign, "resume");
        await run.Work();
        (await run.Api.Progress(campaign)).Sent.ShouldBe(1);

        set.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await set.Content.ReadAsStringAsync()).ShouldNotContain(SandboxRun.Options.ApiKey);
        (await run.Api.GetStringAsync("credentials/sendgrid")).ShouldNotContain(SandboxRun.Options.ApiKey);
        (await run.Store.Number($"select count(*) from mt_events where data::text like '%{SandboxRun.Options.ApiKey}%'")).ShouldBe(0);
        (await run.Store.Number($"select count(*) from provider_credentials where sealed::text like '%{Convert.ToHexStringLower("SG."u8)}%'")).ShouldBe(0);
    }

    [Fact]
    public async Task that_were_superseded_verify_webhooks_for_another_day()
    {
        await using var run = await Start();
        var (old, present) = (new SendGridVoice(), new SendGridVoice());
        await run.Api.PutAsJsonAsync("credentials/sendgrid", new { apiKey = "SG.old", webhookPublicKey = old.PublicKey });
        await run.Api.PutAsJsonAsync("credentials/sendgrid", new { apiKey = "SG.new", webhookPublicKey = present.PublicKey });

        (await Post(run, old)).ShouldBe(HttpStatusCode.OK);
        (await Post(run, present)).ShouldBe(HttpStatusCode.OK);
        (await Post(run, new SendGridVoice())).ShouldBe(HttpStatusCode.Forbidden);
        await run.Pass(TimeSpan.FromHours(24));
        (await Post(run, old)).ShouldBe(HttpStatusCode.Forbidden);
        (await Post(run, present)).ShouldBe(HttpStatusCode.OK);
    }

    [Theory, InlineData("PUT"), InlineData("DELETE"), InlineData("DELETE after it was removed")]
    public async Task that_somebody_else_knows_verify_nothing_any_more(string how)
    {
        await using var run = await Start();
        var (first, second, third) = (new SendGridVoice(), new SendGridVoice(), new SendGridVoice());
        await run.Api.PutAsJsonAsync("credentials/sendgrid", new { apiKey = "SG.first", webhookPublicKey = first.PublicKey });
        await run.Api.PutAsJsonAsync("credentials/sendgrid", new { apiKey = "SG.second", webhookPublicKey = second.PublicKey });
        if (how.EndsWith("removed", StringComparison.Ordinal))
        {
            await run.Api.DeleteAsync("credentials/sendgrid");
        }

        using var gone = how == "PUT"
            ? await run.Api.PutAsJsonAsync("credentials/sendgrid?compromised=true", new { apiKey = "SG.third", webhookPublicKey = third.PublicKey })
            : await run.Api.DeleteAsync("credentials/sendgrid?compromised=true");
        gone.EnsureSuccessStatusCode();
        await run.Pass(TimeSpan.FromSeconds(5));

        (await Post(run, first)).ShouldBe(HttpStatusCode.Forbidden);
        (await Post(run, second)).ShouldBe(HttpStatusCode.Forbidden);
        (await Post(run, third)).ShouldBe(how == "PUT" ? HttpStatusCode.OK : HttpStatusCode.Forbidden);
        (await run.Api.GetAsync("credentials/sendgrid")).StatusCode.ShouldBe(how == "PUT" ? HttpStatusCode.OK : HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task that_were_removed_verify_webhooks_for_another_day_and_send_nothing_more()
    {
        await using var run = await Start();
        var (first, second) = (new SendGridVoice(), new SendGridVoice());
        await run.Api.PutAsJsonAsync("credentials/sendgrid", new { apiKey = "SG.first", webhookPublicKey = first.PublicKey });
        await run.Api.PutAsJsonAsync("credentials/sendgrid", new { apiKey = "SG.second", webhookPublicKey = second.PublicKey });
        (await run.Api.DeleteAsync("credentials/sendgrid")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await run.Pass(TimeSpan.FromSeconds(5));

        (await Post(run, first)).ShouldBe(HttpStatusCode.OK);
        (await Post(run, second)).ShouldBe(HttpStatusCode.OK);
        (await run.Api.GetAsync("credentials/sendgrid")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        var campaign = await run.Api.Launch(["ada@a.example"]);
        await run.Work();
        (await run.Api.Progress(campaign)).Sent.ShouldBe(1, "by the account that is configured for all");

        await run.Pass(TimeSpan.FromHours(25));
        (await Post(run, second)).ShouldBe(HttpStatusCode.Forbidden);
        await run.Send(new ForgetSupersededCredentials());
        await run.Work();
        (await run.Store.Number("select count(*) from provider_credentials")).ShouldBe(0);
    }

    [Fact]
    public async Task are_told_apart_by_a_fingerprint_and_gone_once_they_are_removed()
    {
        await using var run = await Start();
        (await run.Api.GetAsync("credentials/smtp")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        var first = await (await run.Api.PutAsJsonAsync("credentials/smtp", new { userName = "anna", password = "one" })).Json();
        var second = await (await run.Api.PutAsJsonAsync("credentials/smtp", new { userName = "anna", password = "two" })).Json();
        second.Text("fingerprint").ShouldNotBe(first.Text("fingerprint"));
        (await run.Api.GetJson("credentials/smtp")).ToString().ShouldBe(second.ToString());
        using var other = await run.Host.Client("other");
        (await other.GetAsync("credentials/smtp")).StatusCode.ShouldBe(HttpStatusCode.NotFound);

        (await run.Api.DeleteAsync("credentials/smtp")).StatusCode.ShouldBe(HttpStatusCode.NoContent);

        (await run.Api.DeleteAsync("credentials/smtp")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await run.Store.Number("select count(*) from provider_credentials")).ShouldBe(0);
    }

    [Theory]
    [InlineData("sendgrid", """{"apiKey":"has spaces"}""", "apiKey")]
    [InlineData("sendgrid", """{"apiKey":"SG.x","webhookPublicKey":"c2VjcmV0"}""", "webhookPublicKey")]
    [InlineData("twilio", """{"accountSid":"AC1","authToken":"t","keySid":"SK1"}""", "keySid")]
    [InlineData("smtp", """{"userName":"anna","password":"p\nq"}""", "password")]
    public async Task that_cannot_be_used_are_refused_without_repeating_them(string provider, string body, string member)
    {
        await using var run = await Start();
        using var refused = await run.Api.PutAsync($"credentials/{provider}", new StringContent(body, null, "application/json"));
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await refused.Json()).GetProperty("errors").EnumerateObject().Select(error => error.Name).ShouldBe([member]);
    }

    [Fact]
    public async Task are_refused_where_there_is_no_key_to_keep_them_under()
    {
        await using var run = await CampaignRun.Start(await postgres.NewDatabase());
        using var refused = await run.Api.PutAsJsonAsync("credentials/sendgrid", new { apiKey = "SG.x" });
        refused.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await refused.Json()).Text("type").ShouldBe("/problems/secrets-key-missing");
    }

    [Fact]
    public async Task are_encrypted_anew_by_a_command_after_which_the_previous_key_can_go()
    {
        var database = await postgres.NewDatabase();
        await using var run = await CampaignRun.Start(database, new Dictionary<string, string?> { ["Secrets:Key"] = Key });
        await run.Api.PutAsJsonAsync("credentials/sendgrid", new { apiKey = "SG.mine" });
        var next = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        var settings = new Dictionary<string, string?> { ["ConnectionStrings:Campaigns"] = database, ["Secrets:Key"] = next };

        var withoutTheOld = await ServerProcess.Run(["credentials", "reencrypt"], settings);
        var withIt = await ServerProcess.Run(["credentials", "reencrypt"], new Dictionary<string, string?>(settings) { ["Secrets:PreviousKeys:0"] = Key });

        (withoutTheOld.Code, withoutTheOld.Output.Trim()).ShouldBe((1, "0 credentials encrypted anew."));
        withoutTheOld.Error.ShouldContain("acme sendgrid");
        (withIt.Code, withIt.Output.Trim()).ShouldBe((0, "1 credentials encrypted anew."), withIt.Error);
        await using var node = await ApiHost.Start(database, new Dictionary<string, string?> { ["Secrets:Key"] = next });
        (await node.Services.GetRequiredService<Credentials>().Find<SendGridCredentials>("acme", CancellationToken.None)).Present.ShouldBe(new SendGridCredentials("SG.mine"));
    }

    async Task<CampaignRun> Start() => await CampaignRun.Start(await postgres.NewDatabase(), new Dictionary<string, string?> { ["Secrets:Key"] = Key });

    static async Task<HttpStatusCode> Post(CampaignRun run, SendGridVoice voice)
    {
        using var response = await voice.Post(run.Host.Address, CampaignRun.Tenant, "[]"u8.ToArray());
        return response.StatusCode;
    }
}
