using Campaigns.Sandbox.SendGrid.Behaving;

namespace Campaigns.Sandbox.SendGrid;

/// <summary>One personalization of one accepted request.</summary>
sealed class Email : Message
{
    int happened;
    List<Occurrence>? occurrences;

    public required Submission Submission { get; init; }
    public required int Number { get; init; }
    public required string From { get; init; }
    public required string Subject { get; init; }
    public required KeyValuePair<string, string>[] CustomArguments { get; init; }
    public required DateTimeOffset? SendAt { get; init; }

    /// <summary>What a recipient who clicks clicks on.</summary>
    public required Link? Link { get; init; }
    public required Tally Tally { get; init; }

    public override string Id => $"{Submission.Id}.{Number}";
    public override DateTimeOffset At => Submission.At;

    public bool Has(Happening happening) => (happened & (1 << (int)happening)) != 0;

    public bool IsFirst(Happening happening)
    {
        var first = !Has(happening);
        happened |= 1 << (int)happening;
        return first;
    }

    /// <summary>Notes what happened, to be looked at, as long as the message is kept.</summary>
    public void Note(Occurrence occurrence)
    {
        lock (Submission)
        {
            if (Submission.Received is not null)
            {
                (occurrences ??= new(4)).Add(occurrence);
            }
        }
    }

    public Occurrence[] Occurrences()
    {
        lock (Submission)
        {
            return occurrences is null ? [] : [.. occurrences];
        }
    }

    public override MessageLine Line() =>
        new(Id, At, MessageChannel.Email, To, Subject, Occurrences().Select(one => EventLine.Of(one).Event));

    public override object? View() => EmailView.Of(this);

    public override int Keep() => Submission.Kept++ == 0 ? Submission.Received?.Length ?? 0 : 0;

    public override int Forget()
    {
        lock (Submission)
        {
            occurrences = null;
            if (--Submission.Kept > 0)
            {
                return 0;
            }

            var bytes = Submission.Received?.Length ?? 0;
            Submission.Received = null;
            return bytes;
        }
    }
}

/// <summary>Something that happened to a message, at a recipient.</summary>
sealed record Occurrence(Happening What, string Address, DateTimeOffset At);

/// <summary>A link in a message, and in which part of it.</summary>
sealed record Link(string Url, string Part);
