namespace Campaigns.Sandbox.Twilio;

/// <summary>The counts of text messages.</summary>
sealed class TextTally
{
    readonly MessageIds messageIds = new();
    long accepted;
    long segments;
    long delivered;
    long undelivered;
    long replies;
    long posted;

    public void Accepted(Text text)
    {
        Interlocked.Increment(ref accepted);
        Interlocked.Add(ref segments, text.Segments);
        messageIds.Add(text.SenderId);
    }

    public void Ended(TextStatus status) => Interlocked.Increment(ref status is TextStatus.Delivered ? ref delivered : ref undelivered);

    public void Replied() => Interlocked.Increment(ref replies);

    public void Posted() => Interlocked.Increment(ref posted);

    public SmsCounts Counts()
    {
        var (distinct, duplicates) = messageIds.Count();
        return new(
            Interlocked.Read(ref accepted),
            distinct,
            duplicates,
            Interlocked.Read(ref segments),
            Interlocked.Read(ref delivered),
            Interlocked.Read(ref undelivered),
            Interlocked.Read(ref replies),
            Interlocked.Read(ref posted));
    }
}
