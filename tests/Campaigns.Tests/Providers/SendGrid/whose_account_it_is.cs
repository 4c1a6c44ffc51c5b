using System.Net;
using System.Security.Cryptography;
using System.Text;
using Campaigns.Providers;
using Campaigns.Providers.SendGrid;
using Campaigns.Recipients;
using Campaigns.Tenancy;
using Microsoft.Extensions.Options;

namespace Campaigns.Tests.Providers.SendGrid;

public sealed class whose_account_it_is
{
    static readonly SendGridOptions Shared = new() { ApiKey = "SG.shared\n", WebhookPublicKey = "shared-key" };

    static Task<SendGridAccount> Account(params IReadOnlyList<SendGridCredentials> own) =>
        new SendGridAccounts((_, _) => Task.FromResult(new OwnCredentials<SendGridCredentials>(own is [var present, ..] ? present : null, own)), Options.Create(Shared)).For("acme", default);

    static async Task<bool> HasVerified(string email, Func<Uri, string?> answer, bool single = true)
    {
        using var http = new HttpClient(new Answers(answer));
        return await SendGridStub.Provider(http, TimeProvider.System, new SendGridOptions { ApiKey = "SG.key", SingleOrganisation = single }).HasVerified("acme", email, default);
    }

    [Fact]
    public async Task is_the_configured_one_where_an_organisation_has_none()
    {
        var account = await Account();
        (account.ApiKey, account.BaseAddress).ShouldBe(("SG.shared", Shared.BaseAddress));
        account.WebhookPublicKeys.ShouldBe(["shared-key"]);
    }

    [Fact]
    public async Task is_the_organisations_own_with_the_keys_of_those_before()
    {
        var account = await Account(new SendGridCredentials("SG.new", "new-key", SendGridRegion.Eu), new SendGridCredentials("SG.old", "old-key"));
        (account.ApiKey, account.BaseAddress).ShouldBe(("SG.new", new Uri("https://api.eu.sendgrid.com")));
        account.WebhookPublicKeys.ShouldBe(["new-key", "old-key", "shared-key"]);
        account.ToString().ShouldNotContain("SG.");
    }

    [Fact]
    public async Task that_cannot_be_opened_is_a_result_and_no_exception()
    {
        using var http = new HttpClient(new Answers(_ => throw new InvalidOperationException("Nobody is to be asked.")));
        var shared = Options.Create(Shared);
        var accounts = new SendGridAccounts((_, _) => throw new CryptographicException(), shared);
        var sendGrid = new SendGridProvider(http, new SendGridApi(http, accounts, shared, TimeProvider.System), accounts, new SendGridAnswers(), shared, TimeProvider.System);

        (await sendGrid.Send(SendGridStub.Message, default)).ShouldBeOfType<SendResult.Refused>().Category.ShouldBe(FailureCategory.Configuration);
        (await sendGrid.LookUp(new MessageInQuestion("id", "acme", null, "anna@example.com", default), default)).ShouldBeOfType<LookUpResult.Unavailable>();
        (await sendGrid.HasVerified("acme", "anna@example.com", default)).ShouldBeFalse();
    }

    [Fact]
    public async Task vouches_for_addresses_of_its_authenticated_domains()
    {
        const string domains = """[{"id":1,"domain":"example.com","valid":true},{"id":2,"domain":"example.org","valid":false}]""";
        string? Answer(Uri asked) => asked.AbsolutePath == "/v3/whitelabel/domains" ? domains : """{"results":[]}""";

        (await HasVerified("anna@example.com", Answer)).ShouldBeTrue();
        (await HasVerified("anna@example.org", Answer)).ShouldBeFalse();
        (await HasVerified("anna@mail.example.com", Answer)).ShouldBeFalse();
    }

    [Fact]
    public async Task vouches_for_single_addresses_that_were_confirmed_there()
    {
        string? Answer(Uri asked) => asked.AbsolutePath == "/v3/whitelabel/domains"
            ? "[]"
            : """{"results":[{"id":1,"from_email":"Anna@example.com","verified":true},{"id":2,"from_email":"ben@example.com","verified":false}]}""";

        (await HasVerified("anna@example.com", Answer)).ShouldBeTrue();
        (await HasVerified("ben@example.com", Answer)).ShouldBeFalse();
        (await HasVerified("eve@example.com", Answer)).ShouldBeFalse();
    }

    [Fact]
    public async Task shared_with_others_vouches_for_nobody() =>
        (await HasVerified("anna@example.com", _ => """[{"id":1,"domain":"example.com","valid":true}]""", single: false)).ShouldBeFalse();

    [Theory, InlineData(null), InlineData("<html>"), InlineData("null")]
    public async Task vouches_for_nobody_when_its_answer_is_none(string? answer) => (await HasVerified("anna@example.com", _ => answer)).ShouldBeFalse();

    /// <summary>Null: 403.</summary>
    sealed class Answers(Func<Uri, string?> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(
            answer(request.RequestUri!) is { } body
                ? new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(body, Encoding.UTF8, "application/json") }
                : new HttpResponseMessage(HttpStatusCode.Forbidden));
    }
}
