using System.Reflection;
using Campaigns.Storage;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Wolverine;
using Wolverine.Runtime;

namespace Campaigns.Tests.Storage;

/// <summary>By the rules for messages that failed, where no database answers.</summary>
public sealed class a_failed_attempt
{
    static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    // Nobody listens there.
    static readonly NpgsqlDataSource Nowhere = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Timeout=1");

    [Fact]
    public async Task does_not_count_that_took_too_long_where_nobody_gets_an_answer()
    {
        var put = await Fail(new NpgsqlException("Exception while reading from stream", new TimeoutException()), attempt: 10);

        (put.Attempts, put.Until).ShouldBe((9, Now.AddSeconds(5)));
    }

    [Fact]
    public async Task counts_that_failed_for_reasons_of_its_own()
    {
        var put = await Fail(new InvalidOperationException("broken"), attempt: 2);

        (put.Attempts, put.Until).ShouldBe((2, Now.AddSeconds(60)));
    }

    static async Task<(int Attempts, DateTimeOffset? Until)> Fail(Exception error, int attempt)
    {
        var envelope = new Envelope { Id = Guid.NewGuid(), Attempts = attempt, Message = "", WasPersistedInInbox = true, TenantId = "acme" };
        var services = new ServiceCollection().AddSingleton(Nowhere).AddSingleton(new RefusedWrites(TimeProvider.System)).BuildServiceProvider();
        var lifecycle = Stub.Of<IEnvelopeLifecycle>(new() { ["get_Envelope"] = _ => envelope, [nameof(IEnvelopeLifecycle.ReScheduleAsync)] = _ => Task.CompletedTask });
        var runtime = Stub.Of<IWolverineRuntime>(new()
        {
            ["get_Services"] = _ => services, ["get_Cancellation"] = _ => CancellationToken.None, ["get_DurabilitySettings"] = _ => new DurabilitySettings(),
        });

        var rule = new AfterFailure([TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(60)], before: 0, (_, _, _) => null);
        await rule.Build(error, envelope)!.ExecuteAsync(lifecycle, runtime, Now, null);
        return (envelope.Attempts, (DateTimeOffset?)((Stub)lifecycle).Calls.Single(call => call.Name == nameof(IEnvelopeLifecycle.ReScheduleAsync)).Arguments[0]);
    }

    /// <summary>Answers what it was told to, and nothing else.</summary>
    public class Stub : DispatchProxy
    {
        Dictionary<string, Func<object?[], object?>> answers = [];

        public List<(string Name, object?[] Arguments)> Calls { get; } = [];

        public static T Of<T>(Dictionary<string, Func<object?[], object?>> answers)
            where T : class
        {
            var stub = Create<T, Stub>();
            ((Stub)(object)stub).answers = answers;
            return stub;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            Calls.Add((targetMethod!.Name, args ?? []));
            return answers[targetMethod.Name](args ?? []);
        }
    }
}
