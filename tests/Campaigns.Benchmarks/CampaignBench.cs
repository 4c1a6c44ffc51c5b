using Campaigns.Authoring;
using Campaigns.Ledger;
using Campaigns.Limits;
using Campaigns.Planning;
using Campaigns.Providers;
using Campaigns.Recipients;
using Campaigns.Sending;
using Campaigns.Storage;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Wolverine.Marten;
using Wolverine.Runtime;

namespace Campaigns.Benchmarks;

/// <summary>
/// The application with its workers, on a database of its own, with contacts on a list, a template, and a provider that answers at once. A campaign is
/// launched and paused at once, which its hydration survives: so that hydrating and sending are measured apart.
/// </summary>
sealed class CampaignBench : IAsyncDisposable
{
    public const string Tenant = "acme";

    /// <summary>Limits counted as in production, and out of reach; nobody verifies the sender.</summary>
    static readonly Dictionary<string, string?> HighLimits = new()
    {
        ["Sending:Limits:SenderPerMinute"] = "100000000",
        ["Sending:Limits:SenderPerHour"] = "100000000",
        ["Sending:Limits:OrganisationPerHour"] = "100000000",
        ["Sending:Limits:DomainPerHour"] = "100000000",
        ["Sending:GlobalPerHour"] = "100000000",
        ["Senders:RequireVerified"] = "false",
    };

    readonly IHost host;
    readonly IDocumentStore store;
    readonly Guid list = Guid.CreateVersion7();
    readonly Guid template = Guid.CreateVersion7();
    bool isStarted;

    CampaignBench(IHost host)
    {
        this.host = host;
        store = host.Services.GetRequiredService<IDocumentStore>();
    }

    /// <param name="workers">False: nodes beside it do the work.</param>
    public static async Task<CampaignBench> Start(Bench bench, int contacts, bool workers = true)
    {
        var campaigns = await On(await bench.NewDatabase(), workers);
        await campaigns.Fill(contacts);
        return campaigns;
    }

    /// <summary>A further node on the database of another.</summary>
    public static Task<CampaignBench> Join(string connectionString) => On(connectionString, workers: true);

    public IDocumentStore Store => store;

    /// <summary>A campaign that is launched and paused; nobody hydrates it yet.</summary>
    public async Task<Guid> Launch(string sender = "anna@sender.example")
    {
        var now = store.Clock.Microseconds();
        var id = Guid.CreateVersion7(now);
        await using var session = store.LightweightSession(Tenant);
        session.Events.StartStream<Campaign>(
            id,
            new CampaignDrafted(new CampaignSettings(
                "Benchmark", list, template, new SenderAddress(sender), new Pace(new BatchPace(1000, 1000, 0, 0)))),
            new CampaignScheduled(now),
            new CampaignLaunched(1),
            new CampaignPaused(PausedBy.Person, "Benchmark"));
        await session.SaveChangesAsync();
        return id;
    }

    /// <summary>Has this node hydrate the campaign, to the last recipient.</summary>
    public async Task Hydrate(Guid campaign)
    {
        await BeginHydrating(campaign);
        await Until(campaign, state => state.IsHydrated);
    }

    /// <summary>Has this node send the campaigns to their ends.</summary>
    public async Task Send(params IReadOnlyList<Guid> campaigns)
    {
        await Task.WhenAll(campaigns.Select(BeginSending));
        await End(campaigns);
    }

    /// <summary>The message that has this node hydrate the campaign.</summary>
    public async Task BeginHydrating(Guid campaign)
    {
        await using var session = store.LightweightSession(Tenant);
        await Commit(session, new HydrateAudience(campaign));
    }

    /// <summary>Resumes a campaign before it is hydrated: the end of that begins to send it.</summary>
    public async Task Resume(Guid campaign)
    {
        await using var session = store.LightweightSession(Tenant);
        session.Events.Append(campaign, new CampaignResumed());
        await session.SaveChangesAsync();
    }

    /// <summary>Resumes the campaign, with the message that has this node send it.</summary>
    public async Task BeginSending(Guid campaign)
    {
        await using var session = store.LightweightSession(Tenant);
        session.Events.Append(campaign, new CampaignResumed());
        await Commit(session, new SendBatch(campaign, 1));
    }

    /// <summary>Waits until the campaigns have ended, by whichever nodes.</summary>
    public async Task End(params IEnumerable<Guid> campaigns)
    {
        foreach (var campaign in campaigns)
        {
            await Until(campaign, state => state.IsFinished);
        }
    }

    /// <summary>The recipients of a campaign, in the order of their ids.</summary>
    public async Task<IReadOnlyList<Guid>> Recipients(Guid campaign)
    {
        var (first, last) = DerivedId.RecipientRange(campaign);
        await using var read = store.Database.CreateCommand("select array_agg(id order by id) from recipients where tenant_id = $1 and id between $2 and $3");
        read.Parameters.Add(new() { Value = Tenant });
        read.Parameters.Add(new() { Value = first });
        read.Parameters.Add(new() { Value = last });
        return (Guid[])(await read.ExecuteScalarAsync())!;
    }

    /// <summary>Ends the workers; the database stays.</summary>
    public async Task Stop()
    {
        if (isStarted)
        {
            isStarted = false;
            await host.StopAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Stop();
        host.Dispose();
    }

    static async Task<CampaignBench> On(string connectionString, bool workers)
    {
        var campaigns = new CampaignBench(await Bench.Application(
            connectionString, HighLimits, services => services.AddSingleton<IMessageProvider, InstantProvider>(), workers));
        await campaigns.host.StartAsync();
        campaigns.isStarted = true;
        return campaigns;
    }

    async Task Commit(IDocumentSession session, object message)
    {
        await new MartenOutbox(host.Services.GetRequiredService<IWolverineRuntime>(), session) { TenantId = Tenant }.PublishAsync(message);
        await session.SaveChangesAsync();
    }

    async Task Until(Guid campaign, Func<Campaign, bool> isSo)
    {
        var changed = new Signal();
        using var subscription = host.Services.GetRequiredService<Notifications>().Subscribe(CampaignLedger.Topic(Tenant), changed.Ring);
        while (!isSo((await store.Load<Campaign>(Tenant, campaign, CancellationToken.None)).State))
        {
            await changed.Wait(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
        }
    }

    async Task Fill(int contacts)
    {
        await using var session = store.LightweightSession(Tenant);
        session.Events.StartStream<Template>(template, new TemplateCreated(new TemplateContent(
            "Benchmark", "{{first_name}}, an offer", "<p>Dear {{first_name}} {{last_name}}, an offer for {{company}}.</p>", null)));
        await session.SaveChangesAsync();
        await Bench.Execute(
            store.Database,
            """
            with added as (
                insert into contacts (tenant_id, id, email, first_name, last_name, time_zone, attributes, created_at, updated_at)
                select $1, gen_random_uuid(), 'person' || n || '@mail.example', 'First' || n, 'Last' || n, 'Europe/Zurich',
                       jsonb_build_object('company', 'Company ' || n % 100), now(), now()
                from generate_series(1, $3) n
                returning id
            )
            insert into list_members (tenant_id, list_id, contact_id) select $1, $2, id from added
            """,
            Tenant, list, contacts);
        await Bench.Execute(store.Database, "analyze contacts, list_members");
    }

    sealed class InstantProvider : IMessageProvider
    {
        static readonly Task<SendResult> Accepted = Task.FromResult<SendResult>(new SendResult.Accepted("instant"));

        public string Name => "instant";

        public Channel Channel => Channel.Email;

        public Task<SendResult> Send(OutgoingMessage message, CancellationToken ct) => Accepted;

        public Task<LookUpResult> LookUp(MessageInQuestion message, CancellationToken ct) => Task.FromResult<LookUpResult>(new LookUpResult.NotFound());
    }
}
