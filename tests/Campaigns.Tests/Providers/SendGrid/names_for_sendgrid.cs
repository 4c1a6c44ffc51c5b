using System.Net;

namespace Campaigns.Tests.Providers.SendGrid;

/// <summary>SendGrid writes a name into the header as it is.</summary>
public sealed class names_for_sendgrid
{
    [Theory]
    [InlineData("Ann\nBcc: e@x.example", "Ann Bcc: e@x.example")]
    [InlineData("X\" <ceo@bank.example>, \"Y", "X'  ceo@bank.example   'Y")]
    [InlineData("Robert \"Bob\" Smith", "Robert 'Bob' Smith")]
    [InlineData("Ann\\", "Ann ")]
    public async Task have_nothing_that_would_make_another_address_of_them(string name, string sent)
    {
        var sendGrid = SendGridStub.Answering(new HttpResponseMessage(HttpStatusCode.Accepted));
        await sendGrid.Send(SendGridStub.Message with { ToName = name, From = new("news@example.com", name) });
        sendGrid.Body.GetProperty("personalizations")[0].GetProperty("to")[0].GetProperty("name").GetString().ShouldBe(sent);
        sendGrid.Body.GetProperty("from").GetProperty("name").GetString().ShouldBe(sent);
    }

    [Fact]
    public async Task are_cut()
    {
        var sendGrid = SendGridStub.Answering(new HttpResponseMessage(HttpStatusCode.Accepted));
        await sendGrid.Send(SendGridStub.Message with { ToName = new string('a', 10_000) });
        sendGrid.Body.GetProperty("personalizations")[0].GetProperty("to")[0].GetProperty("name").GetString()!.Length.ShouldBe(200);
    }
}
