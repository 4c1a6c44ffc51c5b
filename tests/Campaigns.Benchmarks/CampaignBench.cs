using Campaigns.Authoring;
using Campaigns.Engine;
using Campaigns.Engine.Events;
using Campaigns.Engine.Messages;
using Campaigns.Ledger;
using Campaigns.Planning;
using Campaigns.Providers;
using Campaigns.Recipients;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Campaigns.Benchmarks;

/// <summary>The application on a database of its own, with contacts on a list, a template, and a provider that answers at once.</summary>
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

    readonly ServiceProvider services;
    readonly EventStore store;
    readonly Guid list = Guid.CreateVersion7();
    readonly Guid template = Guid.CreateVersion7();

    CampaignBench(ServiceProvider services)
    {
        this.services = services;
        store = services.GetRequiredService<EventStore>();
    }

    public static async Task<CampaignBench> Start(Bench bench, int contacts)
    {
        var campaigns = new CampaignBench(await bench.NewEngine(engine => CampaignsModule.Setup(engine), AddApplication));
        await campaigns.Fill(contacts);
        return campaigns;
    }

    /// <summary>A further node on the database of another.</summary>
    public static CampaignBench Join(string connectionString) => new(Bench.Engine(connectionString, engine => CampaignsModule.Setup(engine), AddApplication));

    public EventStore Store => store;

    /// <summary>A campaign that is launched, with the message that hydrates it waiting.</summary>
    public async Task<Guid> Launch(string sender = "anna@sender.example")
    {
        var session = store.OpenSession(Tenant);
        var id = Guid.CreateVersion7(session.Now);
        session.Start<Campaign>(
            id,
            new CampaignDrafted(new CampaignSettings(
                "Benchmark", list, template, new SenderAddress(sender), new Pace(new BatchPace(1000, 1000, 0, 0)))),
            new CampaignScheduled(session.Now),
            new CampaignLaunched(1));
        session.Send(new HydrateAudience(id));
        await session.Commit(CancellationToken.None);
        return id;
    }

    /// <summary>Handles the planning messages by hand until the campaign has its recipients.</summary>
    public async Task Hydrate(Guid campaign)
    {
        var workers = services.GetRequiredService<MessageWorkers>();
        while (!(await store.Load<Campaign>(Tenant, campaign, CancellationToken.None)).State.IsHydrated)
        {
            await workers.RunOnce("planning");
        }
    }

    /// <summary>Lets this node's workers send the campaign to its end.</summary>
    public async Task Send(Guid campaign)
    {
        await StartWorkers();
        await End(campaign);
    }

    public async Task StartWorkers()
    {
        foreach (var service in services.GetServices<IHostedService>())
        {
            await service.StartAsync(CancellationToken.None);
        }
    }

    /// <summary>Waits until the campaigns have ended, by whichever nodes.</summary>
    public async Task End(params IEnumerable<Guid> campaigns)
    {
        var changed = new Signal();
        using var subscription = services.GetRequiredService<Notifications>().Subscribe(CampaignLedger.Topic(Tenant), changed.Ring);
        foreach (var campaign in campaigns)
        {
            while ((await store.Load<Campaign>(Tenant, campaign, CancellationToken.None)).State is { IsFinished: false })
            {
                await changed.Wait(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
            }
        }
    }

    /// <summary>Handles the sending messages by hand until the campaign has ended; its time-outs stay waiting.</summary>
    public async Task SendByHand(Guid campaign)
    {
        var workers = services.GetRequiredService<MessageWorkers>();
        while ((await store.Load<Campaign>(Tenant, campaign, CancellationToken.None)).State is { IsFinished: false })
        {
            await workers.RunOnce("sending");
            await workers.RunOnce("planning");
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

    public async Task MakeTimersDue()
    {
        await using var due = store.Database.CreateCommand("update messages set due = now() where kind = 'time_out_open'");
        await due.ExecuteNonQueryAsync();
    }

    /// <returns>The time-outs handled.</returns>
    public async Task<int> TimeOut()
    {
        var workers = services.GetRequiredService<MessageWorkers>();
        var all = 0;
        for (int handled; (handled = await workers.RunOnce("timeouts", 2000)) > 0;)
        {
            all += handled;
        }

        return all;
    }

    public async Task StopWorkers()
    {
        foreach (var service in services.GetServices<IHostedService>().Reverse())
        {
            await service.StopAsync(CancellationToken.None);
        }
    }

    public ValueTask DisposeAsync() => services.DisposeAsync();

    static void AddApplication(IServiceCollection application) => application
        .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(HighLimits).Build())
        .AddCampaigns()
        .AddSingleton<IMessageProvider, InstantProvider>();

    async Task Fill(int contacts)
    {
        var session = store.OpenSession(Tenant);
        session.Start<Template>(template, new TemplateCreated(new TemplateContent(
            "Benchmark", "{{first_name}}, an offer", "<p>Dear {{first_name}} {{last_name}}, an offer for {{company}}.</p>", null)));
        await session.Commit(CancellationToken.None);
        await using var fill = store.Database.CreateCommand("""
            with added as (
                insert into contacts (tenant_id, id, email, first_name, last_name, time_zone, attributes, created_at, updated_at)
                select $1, gen_random_uuid(), 'person' || n || '@mail.example', 'First' || n, 'Last' || n, 'Europe/Zurich',
                       jsonb_build_object('company', 'Company ' || n % 100), now(), now()
                from generate_series(1, $3) n
                returning id
            )
            insert into list_members (tenant_id, list_id, contact_id) select $1, $2, id from added
            """);
        fill.Parameters.Add(new() { Value = Tenant });
        fill.Parameters.Add(new() { Value = list });
        fill.Parameters.Add(new() { Value = contacts });
        fill.CommandTimeout = 0;
        await fill.ExecuteNonQueryAsync();
        await using var analyze = store.Database.CreateCommand("analyze contacts, list_members");
        await analyze.ExecuteNonQueryAsync();
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
