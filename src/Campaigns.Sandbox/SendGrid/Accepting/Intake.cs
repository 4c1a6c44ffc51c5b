using System.Text.Json;
using Campaigns.Sandbox.Faults;
using Campaigns.Sandbox.SendGrid.Asking;
using Campaigns.Sandbox.SendGrid.Behaving;
using Campaigns.Sandbox.SendGrid.Posting;
using Campaigns.Sandbox.Showing;

namespace Campaigns.Sandbox.SendGrid.Accepting;

/// <summary>Takes in a request that passed the rules: counts it, keeps it to look at, and sends its messages on their way.</summary>
sealed class Intake(
    SandboxOptions options,
    FaultList faults,
    Book book,
    ArrivalLog arrivals,
    Mailbox mailbox,
    Activity activity,
    Suppressions suppressions,
    EventOutbox outbox,
    Timeline timeline)
{
    /// <summary>Returns the id SendGrid answers with. Everything is counted, and its events are pending, before that.</summary>
    public async ValueTask<string> Accept(JsonElement mail, byte[] received)
    {
        var submission = Composition.Submit(mail, received, options.Clock.GetUtcNow());
        var tally = book.Tally;
        foreach (var (message, addresses, characters) in Composition.Emails(mail, submission, options, tally))
        {
            tally.Accepted(message.SenderId);
            arrivals.Add(MessageChannel.Email, message.From, EmailAddress.Domain(addresses[0]), segments: 1, message.SenderId);
            mailbox.Keep(message);
            for (var recipient = 0; recipient < addresses.Length; recipient++)
            {
                var journey = Journey(message, addresses[recipient], recipient, characters[recipient]);
                activity.Add(journey);
                await timeline.Begin(journey);
            }
        }

        return submission.Id;
    }

    EmailJourney Journey(Email message, string address, int recipient, Character character)
    {
        var dropReason = suppressions.ReasonToDrop(address);
        character = dropReason is null ? Spoilt(message, character) : character with { Course = [Happening.Dropped] };
        return new(message, address, recipient, character, outbox)
        {
            DropReason = dropReason,
            IsReversed = faults.Hit(FaultKind.ReversedEvents, MessageChannel.Email, message.Key) is not null,
        };
    }

    Character Spoilt(Email message, Character character)
    {
        var delivered = Array.IndexOf(character.Course, Happening.Delivered);
        return delivered >= 0 && faults.Hit(FaultKind.AsynchronousBounce, MessageChannel.Email, message.Key) is not null
            ? character with { Course = [.. character.Course[..(delivered + 1)], Happening.Bounced] }
            : character;
    }
}
