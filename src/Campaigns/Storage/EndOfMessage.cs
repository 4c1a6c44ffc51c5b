using Marten;
using Wolverine;
using Wolverine.Marten.Publishing;
using Wolverine.Runtime;

namespace Campaigns.Storage;

/// <summary>
/// The commit that ends a message whose handler has done something outside that must not be done again: it is tried until it holds, instead of the
/// handler being run again by Wolverine's retries.
/// </summary>
public sealed class EndOfMessage(OutboxedSessionFactory sessions, RefusedWrites refusedWrites, TimeProvider clock)
{
    /// <summary>With a second between them: longer than a database takes to restart or to fail over.</summary>
    const int Outages = 600;

    /// <summary>In a row, at once: some ten seconds of them. What loses more often is no race, and Wolverine's rules for errors decide.</summary>
    const int LostRaces = 1000;

    static readonly TimeSpan BetweenAttempts = TimeSpan.FromSeconds(1);

    /// <param name="work">Adds to the commit and says which messages go with it; called again for each attempt, with a session of its own.</param>
    /// <remarks>Refused where it was committed before, or another node has the message by now: <see cref="MessageFence.Refused"/>.</remarks>
    public async Task Commit(MessageContext context, Func<IDocumentSession, Task<OutgoingMessages>> work)
    {
        var (lost, outages) = (0, 0);
        while (true)
        {
            try
            {
                await CommitOnce(context, work);
                return;
            }
            catch (Exception error) when (Races.Lost(error) && ++lost < LostRaces)
            {
                await context.ClearAllAsync(); // what the failed attempt would have sent
            }
            catch (Exception error) when (Races.DatabaseIsAway(error) && ++outages < Outages)
            {
                refusedWrites.Note(error);
                await context.ClearAllAsync();
                await Task.Delay(BetweenAttempts, clock);
            }
        }
    }

    /// <summary>The same once.</summary>
    /// <returns>False: somebody was faster, and nothing has changed.</returns>
    public async Task<bool> TryCommit(MessageContext context, Func<IDocumentSession, Task<OutgoingMessages>> work)
    {
        try
        {
            await CommitOnce(context, work);
            return true;
        }
        catch (Exception error) when (Races.Lost(error))
        {
            await context.ClearAllAsync();
            return false;
        }
    }

    async Task CommitOnce(MessageContext context, Func<IDocumentSession, Task<OutgoingMessages>> work)
    {
        await using var session = sessions.OpenSession(context);
        MessageFence.Before(context.Envelope!, session, context.Runtime);
        foreach (var message in await work(session))
        {
            await context.EnqueueCascadingAsync(message);
        }

        await session.SaveChangesAsync();
    }
}
