using System.Text.Json;
using Campaigns.Engine.Events;
using Campaigns.Engine.Projections;
using Microsoft.Extensions.DependencyInjection;
using static Campaigns.Engine.Tests.TestEngine;

namespace Campaigns.Engine.Tests.Events;

/// <summary>What was stored in a shape of the past: nobody who reads a present fact may miss it.</summary>
[Collection("postgres")]
public sealed class old_shapes_of_events(PostgresFixture postgres) : IAsyncLifetime
{
    TestEngine bank = null!;
    Guid account;

    public async Task InitializeAsync()
    {
        bank = await TestEngine.Start(postgres, later: new AsyncOptions { Attempts = 1 });
        account = await bank.Open(new Deposited(1), new Deposited(2), new Deposited(3));
        await bank.Ask("""update mt_events set type = 'money_put_in', data = '{"cents": 700}' where version = 2""");
        await bank.Ask("""update mt_events set type = 'deposit', data = '{"sum": {"amount": 5}}' where version = 3""");
    }

    public async Task DisposeAsync() => await bank.DisposeAsync();

    [Fact]
    public async Task count_in_the_state_of_a_stream() =>
        (await bank.Load(account)).ShouldBe(new(account, new Account("Ada", 15, 4), 4));

    [Fact]
    public async Task are_read_as_present_facts_under_the_name_they_are_stored_by()
    {
        var facts = await bank.Events(account);
        facts.Select(fact => fact.Data).ShouldBe([new AccountOpened("Ada"), new Deposited(7), new Deposited(5), new Deposited(3)]);
        facts.Select(fact => fact.TypeName).ShouldBe(["account_opened", "money_put_in", "deposit", "deposited"]);
        (await bank.Store.ReadStored(0, null).ToListAsync())[1].Data.GetProperty("cents").GetInt32().ShouldBe(700);
    }

    [Fact]
    public async Task are_found_by_their_present_type() =>
        (await bank.Store.ReadAll(types: [typeof(Deposited)]).ToListAsync()).Select(fact => fact.Data)
            .ShouldBe([new Deposited(7), new Deposited(5), new Deposited(3)]);

    [Fact]
    public async Task count_in_async_projections_and_in_rebuilt_ones()
    {
        await bank.Daemon.RunOnce(default);
        (await bank.Ask("select balance || ' ' || facts from later_balances")).ShouldBe("15 4");
        foreach (var projection in bank.Rebuild.Projections)
        {
            await bank.Rebuild.Run(projection, null, default);
            (await bank.Ask($"select balance || ' ' || facts from {projection.Name}")).ShouldBe("15 4");
        }
    }

    [Fact]
    public async Task that_cannot_be_upcast_stop_an_async_projection_and_say_which()
    {
        await bank.Ask("""update mt_events set data = '{"total": 5}' where type = 'deposit'""");
        await bank.Daemon.RunOnce(default);
        (await bank.Daemon.Status(default)).ShouldHaveSingleItem().Stopped.ShouldNotBeNull().ShouldContain("A stored deposit cannot be upcast to Deposited");
    }

    [Fact]
    public void under_a_name_that_is_a_present_one_are_refused() => Refused(
        setup => setup.Event<Deposited>("deposited").Upcast<Deposited>("noted", _ => new Deposited(1)).Event<Noted>("noted"),
        "noted is upcast to Deposited, but is also the present name of Noted");

    [Fact]
    public void of_a_fact_without_a_name_are_refused() => Refused(
        setup => setup.Upcast<Noted, Deposited>("noted", _ => new Deposited(1)), "noted is upcast to Deposited, which has no stored name");

    [Fact]
    public void that_are_upcast_twice_are_refused() => Refused(
        setup => setup.Event<Deposited>("deposited").Upcast<Deposited>("old", _ => new Deposited(1)).Upcast<Deposited>("old", _ => new Deposited(2)),
        "old is upcast twice");

    static void Refused(Action<EngineSetup> setup, string why) =>
        Should.Throw<InvalidOperationException>(() => new ServiceCollection().AddEngine("Host=nowhere", setup)).Message.ShouldContain(why);
}
