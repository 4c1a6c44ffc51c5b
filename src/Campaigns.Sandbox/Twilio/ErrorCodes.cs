using System.Collections.Frozen;
using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Campaigns.Sandbox.Twilio;

/// <summary>The errors that a number can ask for by ending in their code.</summary>
static class ErrorCodes
{
    public const int OptedOut = 21610;

    const int Digits = 5;

    static readonly FrozenDictionary<int, TwilioError> refusals = new TwilioError[]
    {
        new(20003, "Authenticate", StatusCodes.Status401Unauthorized),
        new(20429, "Too Many Requests", StatusCodes.Status429TooManyRequests),
        new(21211, "Invalid 'To' Phone Number"),
        new(21408, "Permission to send an SMS has not been enabled for the region indicated by the 'To' number"),
        new(21608, "The number is unverified. Trial accounts cannot send messages to unverified numbers"),
        new(OptedOut, "Attempt to send to unsubscribed recipient"),
        new(21611, "This 'From' number has exceeded the maximum number of queued messages"),
        new(21612, "Message cannot be sent with the current combination of 'To' and/or 'From' parameters"),
        new(21614, "'To' number is not a valid mobile number"),
        new(21635, "'To' number cannot be a landline"),
        new(63038, "Account exceeded the daily messages limit", StatusCodes.Status429TooManyRequests),
    }.ToFrozenDictionary(error => error.Code);

    static readonly FrozenDictionary<int, (TextStatus Status, string Message)> failures = new Dictionary<int, (TextStatus, string)>
    {
        [30001] = (TextStatus.Failed, "Queue overflow"),
        [30002] = (TextStatus.Failed, "Account suspended"),
        [30003] = (TextStatus.Undelivered, "Unreachable destination handset"),
        [30004] = (TextStatus.Undelivered, "Message blocked"),
        [30005] = (TextStatus.Undelivered, "Unknown destination handset"),
        [30006] = (TextStatus.Undelivered, "Landline or unreachable carrier"),
        [30007] = (TextStatus.Undelivered, "Message filtered"),
        [30008] = (TextStatus.Undelivered, "Unknown error"),
        [30022] = (TextStatus.Undelivered, "US A2P 10DLC - Rate Limits Exceeded"),
        [30023] = (TextStatus.Undelivered, "US A2P 10DLC - Daily Message Cap Reached"),
        [30034] = (TextStatus.Undelivered, "US A2P 10DLC - Message from an Unregistered Number"),
        [30036] = (TextStatus.Failed, "Validity Period Expired"),
        [30450] = (TextStatus.Undelivered, "Message delivery blocked (SMS pumping)"),
        [30610] = (TextStatus.Undelivered, "Message blocked during quiet hours"),
        [30640] = (TextStatus.Undelivered, "Message blocked, known litigator"),
        [63017] = (TextStatus.Failed, "Rate limit exceeded"),
    }.ToFrozenDictionary();

    /// <summary>The error with which a message to the number is refused; null where it is accepted.</summary>
    public static TwilioError? Refusal(string number) => refusals.GetValueOrDefault(Ending(number));

    public static TwilioError Refusal(int code) => refusals[code];

    /// <summary>The error that an accepted message to the number ends with; null where it has none.</summary>
    public static int? Failure(string number) => Ending(number) is var code && failures.ContainsKey(code) ? code : null;

    public static (TextStatus Status, string Message) Failure(int code) => failures[code];

    static int Ending(string number) => int.Parse(number.AsSpan(number.Length - Digits), NumberStyles.None, CultureInfo.InvariantCulture);
}
