using Campaigns.Engine;
using Campaigns.Engine.Messages;
using Campaigns.Engine.Projections;
using Microsoft.Extensions.DependencyInjection;

namespace Campaigns.Crash.Tests.Bank;

/// <summary>What the nodes and the clients have in common.</summary>
static class BankModel
{
    public const string Tenant = "acme";

    /// <summary>Short, so that the messages of a dead node come back within the test; a node is frozen for longer than this.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(1);

    public static readonly IReadOnlyList<Type> Facts =
        [typeof(AccountOpened), typeof(Deposited), typeof(Withdrawn), typeof(Taken), typeof(Given), typeof(Declined)];

    static readonly RetryPolicy Often = new() { MaxAttempts = 25, FirstWait = TimeSpan.FromMilliseconds(50), LongestWait = Lease };

    static readonly QueueOptions Soon = new() { Lease = Lease, Prefetch = 20, Retry = Often };

    public static void Register(EngineSetup setup) => setup
        .Migrations(typeof(BankModel).Assembly)
        .Event<AccountOpened>("account_opened")
        .Event<Deposited>("deposited")
        .Event<Withdrawn>("withdrawn")
        .Event<Taken>("taken")
        .Event<Given>("given")
        .Event<Declined>("declined")
        .Stream("account", Account.Initial, Account.Apply)
        .Inline(new Balances())
        .Async(new Audit(), new AsyncOptions { PageSize = 100 })
        .Queue("transfers", Soon)
        .Queue("interest", Soon with { Concurrency = 2, Prefetch = 100 })
        .Queue("timers", Soon)
        .Queue("trouble", Soon)
        .Queue("poison", Soon with { Retry = Often with { MaxAttempts = 3 } })
        .Handle<TakeFrom>("take_from", "transfers", services => Of(services).Take)
        .Handle<GiveTo>("give_to", "transfers", services => Of(services).Give)
        .HandleMany<PayInterest>("pay_interest", "interest", 25, services => Of(services).PayInterest)
        .Handle<Ring>("ring", "timers", services => Of(services).Ring)
        .Handle<Stumble>("stumble", "trouble", services => Of(services).Stumble)
        .Handle<Poison>("poison", "poison", _ => Handlers.Swallow, services => Of(services).PoisonDied);

    static Handlers Of(IServiceProvider services) => services.GetRequiredService<Handlers>();
}
