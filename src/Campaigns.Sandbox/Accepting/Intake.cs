using System.Text.Json;
using Campaigns.Sandbox.Posting;
using Campaigns.Sandbox.Showing;

namespace Campaigns.Sandbox.Accepting;

/// <summary>Takes in a request that passed the rules: counts it, keeps it to look at, and sends its messages on their way.</summary>
sealed class Intake(SandboxOptions options, Book book, Mailbox mailbox, EventPump pump)
{
    /// <summary>Returns the id SendGrid answers with. Everything is counted, and its events are pending, before that.</summary>
    public async ValueTask<string> Accept(JsonElement mail, byte[] received)
    {
        var submission = Composition.Submit(mail, received, options.Clock.GetUtcNow());
        var tally = book.Tally;
        foreach (var journeys in Composition.Journeys(mail, submission, options, tally))
        {
            var message = journeys[0].Message;
            tally.Accepted(MessageId(message));
            mailbox.Keep(message);
            foreach (var journey in journeys)
            {
                await pump.Begin(journey);
            }
        }

        return submission.Id;
    }

    string? MessageId(Message message)
    {
        foreach (var pair in message.CustomArguments)
        {
            if (pair.Key == options.MessageIdArgument)
            {
                return pair.Value;
            }
        }

        return null;
    }
}
