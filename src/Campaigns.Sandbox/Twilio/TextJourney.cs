namespace Campaigns.Sandbox.Twilio;

/// <summary>A text message on its way to a phone, and perhaps an answer on its way back.</summary>
sealed class TextJourney(Text text, Phone phone, Callbacks callbacks, Inbox inbox) : Journey
{
    readonly TextStatus[] course = Course(text, phone);
    readonly DateTimeOffset accepted = text.At;

    public override int Steps => course.Length + (phone.Reply is null ? 0 : 1);

    public override DateTimeOffset Start(TimeSpan pace) => NextDue(accepted, pace);

    public override DateTimeOffset NextDue(DateTimeOffset last, TimeSpan pace) => last + phone.Delay(Taken, Taken == course.Length, pace);

    protected override void Take(int step, DateTimeOffset due)
    {
        if (step == course.Length)
        {
            inbox.Receive(text.To, text.From, phone.Reply!, text.Tally);
            return;
        }

        var status = course[step];
        var isLast = step == course.Length - 1;
        text.Become(status, due, isLast ? phone.ErrorCode : null);
        if (isLast)
        {
            text.Tally.Texts.Ended(status);
        }

        callbacks.Tell(text, status, isLast);
    }

    // Twilio tells of no status that it has answered with, so a message to a number goes on from there.
    static TextStatus[] Course(Text text, Phone phone)
    {
        var end = phone.ErrorCode is { } code ? ErrorCodes.Failure(code).Status : TextStatus.Delivered;
        TextStatus[] queued = text.ServiceSid is null ? [] : [TextStatus.Queued];
        TextStatus[] sent = end is TextStatus.Failed ? [] : [TextStatus.Sent];
        return phone.IsMute ? [] : [.. queued, .. sent, end];
    }
}
