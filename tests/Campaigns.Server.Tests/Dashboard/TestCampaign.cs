using Campaigns.Planning;
using Campaigns.Recipients;
using Marten;

namespace Campaigns.Server.Tests.Dashboard;

/// <summary>A campaign made of facts, without anybody who sends.</summary>
public sealed class TestCampaign
{
    readonly IDocumentStore store;
    readonly string tenantId;
    int batches;

    TestCampaign(IDocumentStore store, string tenantId)
    {
        this.store = store;
        this.tenantId = tenantId;
    }

    public Guid Id { get; } = Guid.CreateVersion7();

    public IReadOnlyList<Guid> Recipients { get; private set; } = [];

    public static async Task<TestCampaign> Draft(IDocumentStore store, string tenantId, string name = "Spring news")
    {
        var campaign = new TestCampaign(store, tenantId);
        await using var session = campaign.Session();
        session.Events.StartStream<Campaign>(campaign.Id, new CampaignDrafted(new CampaignSettings(name, null, null, null, Pace.Default)));
        await session.SaveChangesAsync();
        return campaign;
    }

    public static async Task<TestCampaign> Launch(IDocumentStore store, string tenantId, int recipients, string name = "Spring news")
    {
        var campaign = await Draft(store, tenantId, name);
        var contacts = Enumerable.Range(1, recipients).Select(number => (Id: Guid.CreateVersion7(), Email: $"person{number}.{campaign.Id:N}@example.com")).ToList();
        campaign.Recipients = [.. contacts.Select(contact => DerivedId.Recipient(campaign.Id, contact.Id))];
        await using var session = campaign.Session();
        foreach (var contact in contacts)
        {
            session.Sql(
                "insert into contacts (tenant_id, id, email, created_at, updated_at) values ($1, $2, $3, $4, $4)",
                tenantId, contact.Id, contact.Email, store.Clock.Microseconds());
            session.Start<Recipient>(DerivedId.Recipient(campaign.Id, contact.Id), new RecipientQueued(campaign.Id, contact.Id));
        }

        await session.SaveChangesAsync();
        await campaign.Record(new CampaignLaunched(1), new AudienceHydrated(recipients, 0));
        return campaign;
    }

    /// <summary>Appends to the campaign's own stream.</summary>
    public async Task Record(params object[] facts)
    {
        await using var session = Session();
        (await session.Events.FetchForWriting<Campaign>(Id)).AppendMany(facts);
        await session.SaveChangesAsync();
    }

    /// <summary>Appends to the streams of some recipients.</summary>
    public async Task Hear(IEnumerable<Guid> recipients, Func<DateTimeOffset, object> fact)
    {
        await using var session = Session();
        foreach (var recipient in recipients)
        {
            session.Append<Recipient>(recipient, ExpectedVersion.MustExist, fact(store.Clock.Microseconds()));
        }

        await session.SaveChangesAsync();
    }

    /// <summary>A batch from its intent to its results; all are sent unless <paramref name="result"/> says otherwise.</summary>
    public async Task SendBatch(IReadOnlyList<Guid> recipients, long remaining, Func<int, object?>? result = null)
    {
        var number = ++batches;
        await Record(new BatchStarted(number, Guid.CreateVersion7(), store.Clock.GetUtcNow(), recipients));
        var facts = recipients.Select((_, place) => result?.Invoke(place) ?? new MessageSent(number, null)).ToList();
        await using var session = Session();
        foreach (var (recipient, fact) in recipients.Zip(facts))
        {
            session.Append<Recipient>(recipient, ExpectedVersion.MustExist, fact);
        }

        await session.SaveChangesAsync();
        await Record(new BatchCompleted(
            number, facts.OfType<MessageSent>().Count(), facts.OfType<MessageFailed>().Count(), facts.OfType<MessageInDoubt>().Count(), 0, remaining));
    }

    public async Task<Campaign> State() => (await store.Load<Campaign>(tenantId, Id, CancellationToken.None)).State;

    IDocumentSession Session()
    {
        var session = store.LightweightSession(tenantId);
        session.LastModifiedBy = "tester";
        return session;
    }
}
