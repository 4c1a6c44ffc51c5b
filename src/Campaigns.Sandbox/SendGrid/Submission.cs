namespace Campaigns.Sandbox.SendGrid;

/// <summary>One accepted request, shared by all of its messages.</summary>
sealed class Submission
{
    public required string Id { get; init; }
    public required DateTimeOffset At { get; init; }

    /// <summary>The request's categories as raw JSON, because events echo them in the shape they came in.</summary>
    public required byte[]? Category { get; init; }
    public required int? UnsubscribeGroup { get; init; }
    public required string? Pool { get; init; }

    /// <summary>The JSON as it arrived; null once no message of it is kept, however many events are still to come.</summary>
    public byte[]? Received { get; set; }

    /// <summary>How many of its messages the mailbox keeps.</summary>
    public int Kept { get; set; }
}
