using Campaigns.Storage;
using Campaigns.Planning;

namespace Campaigns.Tests;

/// <summary>Given these facts, when this is decided, then that is recorded and sent, and nothing else.</summary>
static class Scenario
{
    public static Given<Campaign> Given(params object[] facts) => new(facts.Aggregate(Campaign.Initial, (state, fact) => state.Evolve(fact)));

    /// <summary>A message that goes out at once.</summary>
    public static Message Sent(object message) => new(message, null);

    public static Message Due(object message, DateTimeOffset due) => new(message, due);
}

sealed record Message(object Body, DateTimeOffset? DueAt);

sealed record Given<TState>(TState State)
{
    public Decision When(Func<TState, Outcome> decide) => new(decide(State));
}

sealed record Decision(Outcome Outcome)
{
    /// <param name="expected">All facts in their order, then all messages in theirs.</param>
    public void Then(params object[] expected)
    {
        Outcome.Refusal.ShouldBeNull();
        Outcome.Events.Concat(Outcome.Messages.Select(sent => new Message(sent.Message, sent.Due))).ShouldBe(expected);
    }

    public void ThenNothing() => Then();

    public Refusal Refused(string code)
    {
        Outcome.Refusal.ShouldNotBeNull().Code.ShouldBe(code);
        Outcome.Refusal.Explanation.ShouldNotBeNullOrWhiteSpace();
        Outcome.Events.ShouldBeEmpty();
        Outcome.Messages.ShouldBeEmpty();
        return Outcome.Refusal;
    }
}
