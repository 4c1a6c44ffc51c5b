using System.Net;
using Campaigns.Server.Tests.Dashboard;

namespace Campaigns.Server.Tests.Tenancy;

/// <summary>Whoever reads the database, or a copy of it, cannot make a cookie.</summary>
[Collection("postgres")]
public sealed class keys_of_cookies_at_rest(DashboardFixture dashboard) : IClassFixture<DashboardFixture>
{
    static readonly string Anew = Convert.ToBase64String([.. Enumerable.Repeat((byte)7, 32)]);

    [Fact]
    public async Task are_encrypted_with_the_master_key()
    {
        using var _ = await dashboard.SignedIn("acme");
        var keys = await dashboard.Store.Texts("select xml from data_protection_keys");
        keys.ShouldNotBeEmpty();
        keys.ShouldAllBe(key => key.Contains("encryptedSecret") && !key.Contains("<masterKey"));
    }

    [Fact]
    public async Task open_with_the_key_from_before_and_with_no_other()
    {
        using var client = await dashboard.SignedIn("acme");
        var replaced = await dashboard.Another(("Secrets:Key", Anew), ("Secrets:PreviousKeys:0", DashboardFixture.MasterKey));
        var foreign = await dashboard.Another(("Secrets:Key", Anew));

        (await client.GetAsync("/suppressions")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await client.GetAsync(new Uri(replaced, "/suppressions"))).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await client.GetAsync(new Uri(foreign, "/suppressions"))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
    }

    [Fact]
    public async Task that_lie_there_in_the_open_open_nothing()
    {
        var open = await dashboard.Another(("Secrets:Key", ""));
        using var client = dashboard.Client(open);
        client.DefaultRequestHeaders.Add("Cookie", DashboardFixture.Cookie(await DashboardFixture.SignIn(client, await dashboard.Key("acme"))));
        (await client.GetAsync("/suppressions")).StatusCode.ShouldBe(HttpStatusCode.OK);

        var closed = await dashboard.Another();

        (await client.GetAsync(new Uri(closed, "/suppressions"))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
    }
}
