namespace Campaigns.Sandbox.Showing;

/// <summary>The newest messages, whole, as many as fit. Older ones are forgotten, their events still happen.</summary>
sealed class Mailbox(int capacity)
{
    // The other bound: ten thousand messages with attachments would not fit anywhere.
    const long MostBytes = 64 * 1024 * 1024;

    readonly Lock gate = new();
    readonly LinkedList<Message> messages = new();
    readonly Dictionary<string, LinkedListNode<Message>> byId = [];
    long bytes;

    public void Keep(Message message)
    {
        lock (gate)
        {
            byId.Add(message.Id, messages.AddFirst(message));
            bytes += message.Keep();
            while (messages.Count > capacity || bytes > MostBytes && messages.Count > 1)
            {
                ForgetOldest();
            }
        }
    }

    public Message? Find(string id)
    {
        lock (gate)
        {
            return byId.GetValueOrDefault(id)?.Value;
        }
    }

    /// <summary>The newest messages older than the one named, to the address or part of one.</summary>
    public IReadOnlyList<Message> List(int limit, string? before, string? to)
    {
        lock (gate)
        {
            var node = before is null ? messages.First : byId.GetValueOrDefault(before)?.Next;
            List<Message> found = [];
            for (; node is not null && found.Count < limit; node = node.Next)
            {
                if (to is null || node.Value.To.Contains(to, StringComparison.OrdinalIgnoreCase))
                {
                    found.Add(node.Value);
                }
            }

            return found;
        }
    }

    /// <summary>Forgets the messages to one of the addresses.</summary>
    public void Erase(IReadOnlySet<string> addresses)
    {
        lock (gate)
        {
            for (var (node, next) = (messages.First, messages.First?.Next); node is not null; (node, next) = (next, next?.Next))
            {
                if (node.Value.To.Split(", ").Any(addresses.Contains))
                {
                    Forget(node);
                }
            }
        }
    }

    public void Clear()
    {
        lock (gate)
        {
            while (messages.Count > 0)
            {
                ForgetOldest();
            }
        }
    }

    void ForgetOldest() => Forget(messages.Last!);

    void Forget(LinkedListNode<Message> node)
    {
        messages.Remove(node);
        byId.Remove(node.Value.Id);
        bytes -= node.Value.Forget();
    }
}
