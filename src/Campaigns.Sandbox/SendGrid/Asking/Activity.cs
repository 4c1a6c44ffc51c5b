using Campaigns.Sandbox.SendGrid.Behaving;

namespace Campaigns.Sandbox.SendGrid.Asking;

/// <summary>The newest messages by the ids they are asked for, one entry per recipient.</summary>
sealed class Activity(int capacity)
{
    readonly Lock gate = new();
    readonly Queue<EmailJourney> journeys = new();
    readonly Dictionary<string, List<EmailJourney>> bySenderId = new(StringComparer.Ordinal);
    readonly Dictionary<string, List<EmailJourney>> bySubmission = new(StringComparer.Ordinal);

    public void Add(EmailJourney journey)
    {
        lock (gate)
        {
            journeys.Enqueue(journey);
            Index(bySubmission, journey.Message.Submission.Id, journey);
            Index(bySenderId, journey.Message.SenderId, journey);
            if (journeys.Count > capacity)
            {
                Drop(journeys.Dequeue());
            }
        }
    }

    public IReadOnlyList<EmailJourney> BySenderId(string id) => Find(bySenderId, id);

    /// <summary>By the id of an event's message, or by the X-Message-Id of the request, which is its first part.</summary>
    public IReadOnlyList<EmailJourney> ByMessageId(string id)
    {
        var dot = id.IndexOf('.', StringComparison.Ordinal);
        var found = Find(bySubmission, dot < 0 ? id : id[..dot]);
        return dot < 0 ? found : [.. found.Where(one => one.MessageId == id)];
    }

    /// <summary>Newest first.</summary>
    public IReadOnlyList<EmailJourney> All()
    {
        lock (gate)
        {
            return [.. journeys.Reverse()];
        }
    }

    public void Erase(IReadOnlySet<string> addresses)
    {
        lock (gate)
        {
            EmailJourney[] all = [.. journeys];
            journeys.Clear();
            foreach (var journey in all)
            {
                if (addresses.Contains(journey.Address))
                {
                    Drop(journey);
                }
                else
                {
                    journeys.Enqueue(journey);
                }
            }
        }
    }

    public void Clear()
    {
        lock (gate)
        {
            journeys.Clear();
            bySenderId.Clear();
            bySubmission.Clear();
        }
    }

    IReadOnlyList<EmailJourney> Find(Dictionary<string, List<EmailJourney>> index, string id)
    {
        lock (gate)
        {
            return index.TryGetValue(id, out var found) ? [.. found] : [];
        }
    }

    void Drop(EmailJourney journey)
    {
        Unindex(bySubmission, journey.Message.Submission.Id, journey);
        Unindex(bySenderId, journey.Message.SenderId, journey);
    }

    static void Index(Dictionary<string, List<EmailJourney>> index, string? id, EmailJourney journey)
    {
        if (id is null)
        {
            return;
        }

        if (!index.TryGetValue(id, out var same))
        {
            index.Add(id, same = new(1));
        }

        same.Add(journey);
    }

    static void Unindex(Dictionary<string, List<EmailJourney>> index, string? id, EmailJourney journey)
    {
        if (id is not null && index.TryGetValue(id, out var same) && same.Remove(journey) && same.Count == 0)
        {
            index.Remove(id);
        }
    }
}
