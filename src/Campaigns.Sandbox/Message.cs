using Campaigns.Sandbox.Behaving;

namespace Campaigns.Sandbox;

/// <summary>One personalization of one accepted request.</summary>
sealed class Message
{
    int happened;
    List<Occurrence>? occurrences;

    public required Submission Submission { get; init; }
    public required int Number { get; init; }
    public required string To { get; init; }
    public required string Subject { get; init; }
    public required KeyValuePair<string, string>[] CustomArguments { get; init; }
    public required DateTimeOffset? SendAt { get; init; }

    /// <summary>What a recipient who clicks clicks on.</summary>
    public required Link? Link { get; init; }
    public required Tally Tally { get; init; }

    public string Id => $"{Submission.Id}.{Number}";

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

    public void Forget()
    {
        lock (Submission)
        {
            occurrences = null;
        }
    }
}

/// <summary>Something that happened to a message, at a recipient.</summary>
sealed record Occurrence(Happening What, string Address, DateTimeOffset At);

/// <summary>A link in a message, and in which part of it.</summary>
sealed record Link(string Url, string Part);
