using System.Reflection;
using Campaigns.Consent;
using Campaigns.Handlers;
using Campaigns.Planning;
using Campaigns.Providers.SendGrid;
using Campaigns.Sending;
using Campaigns.Tracking;
using JasperFx.CodeGeneration.Frames;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Wolverine.Runtime.Handlers;

namespace Campaigns.Server.Tests.Storage;

/// <summary>All handlers, as Wolverine has put them together in a server: one that works, and one whose work is done by passes.</summary>
[Collection("postgres")]
public sealed class every_handler(PostgresFixture postgres)
{
    /// <summary>Those without the fence, and why none of them needs it. Exact: what is fenced must not stand here.</summary>
    static readonly Dictionary<string, string> WithoutFence = new()
    {
        [nameof(EraseAtProvider)] = "No commit: a call to SendGrid that does the same twice.",
        [nameof(SuppressAtProvider)] = "No commit: a call to SendGrid that does the same twice.",
        [nameof(ReinstateAtProvider)] = "No commit: a call to SendGrid that does the same twice.",
        [nameof(SendBatch)] = "Two commits: the second passes the fence by EndOfMessage.",
        [nameof(SendUrgentBatch)] = "Two commits: the second passes the fence by EndOfMessage.",
        [nameof(LookUpMessages)] = "Two commits: the second passes the fence by EndOfMessage.",
    };

    /// <summary>Handlers of several messages at once: these are marked after the commit. Keys of facts and derived ids make twice the same as once.</summary>
    static readonly string[] Together = ["RecordFacts[]", "SplitSharedBody[]"];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task that_commits_a_session_passes_the_fence_before_anything_else(bool workers)
    {
        var chains = await Chains(workers);

        chains.Count.ShouldBeGreaterThan(50, "or this finds nothing");
        chains.Where(chain => !IsFenced(chain)).Select(chain => chain.MessageType.Name).ShouldBe([.. WithoutFence.Keys, .. workers ? Together : []], ignoreOrder: true);
        chains.Where(Messaging.CommitsOnce).Where(chain => !IsFenced(chain)).ShouldBeEmpty();
        foreach (var chain in chains.Where(IsFenced))
        {
            var withSession = chain.Middleware.OfType<MethodCall>().Where(call => call.Method.GetParameters().Any(parameter => parameter.ParameterType == typeof(IDocumentSession)));
            withSession.First().HandlerType.ShouldBe(typeof(MessageFence), $"{chain.MessageType.Name}: what is queued first runs first");
            chain.Middleware.OfType<MethodCall>().Count(call => call.HandlerType == typeof(MessageFence)).ShouldBe(1, chain.MessageType.Name);
            chain.Postprocessors.OfType<MethodCall>().Select(call => call.Method.Name).ShouldContain(nameof(IDocumentSession.SaveChangesAsync), chain.MessageType.Name);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task without_the_fence_commits_nothing_by_the_session_of_its_message(bool workers)
    {
        foreach (var chain in (await Chains(workers)).Where(chain => WithoutFence.ContainsKey(chain.MessageType.Name)))
        {
            Parameters(chain).Select(parameter => parameter.ParameterType).ShouldNotContain(typeof(IDocumentSession), chain.MessageType.Name);
            chain.Postprocessors.OfType<MethodCall>().Select(call => call.Method.Name).ShouldNotContain(nameof(IDocumentSession.SaveChangesAsync), chain.MessageType.Name);
        }
    }

    /// <summary>Wolverine fills a <c>DateTimeOffset now</c> from the clock of the machine, which no test can move.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task asks_the_clock_that_it_was_given_for_the_time(bool workers)
    {
        var parameters = (await Chains(workers)).SelectMany(Parameters).ToList();

        parameters.ShouldContain(parameter => parameter.ParameterType == typeof(TimeProvider), "or this finds nothing");
        parameters.Where(parameter => new[] { typeof(DateTimeOffset), typeof(DateTime), typeof(DateTimeOffset?), typeof(DateTime?) }.Contains(parameter.ParameterType))
            .Select(parameter => $"{parameter.Member.DeclaringType!.Name}.{parameter.Member.Name}({parameter.Name})").ShouldBeEmpty();
    }

    static bool IsFenced(HandlerChain chain) =>
        chain.Middleware.OfType<MethodCall>().Any(call => call.HandlerType == typeof(MessageFence) && call.Method.Name == nameof(MessageFence.Before));

    /// <summary>Of the handlers of a message, and of all that runs before and after them.</summary>
    static IEnumerable<ParameterInfo> Parameters(HandlerChain chain) =>
        chain.Middleware.OfType<MethodCall>().Concat(chain.HandlerCalls()).Concat(chain.Postprocessors.OfType<MethodCall>())
            .Where(call => call.HandlerType.Assembly == typeof(CampaignsModule).Assembly)
            .SelectMany(call => call.Method.GetParameters());

    async Task<IReadOnlyList<HandlerChain>> Chains(bool workers)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration["Urls"] = "http://127.0.0.1:0";
        builder.Configuration.AddInMemoryCollection(NoLimits.Settings);
        CampaignsModule.Add(builder, await postgres.NewDatabase(), HandlerCode.Assembly, workers);
        await using var app = builder.Build();
        await app.StartAsync();
        return [.. app.Services.GetRequiredService<HandlerGraph>().Chains.Where(chain => chain.HandlerCalls().All(call => call.HandlerType.Assembly == typeof(CampaignsModule).Assembly))];
    }
}
