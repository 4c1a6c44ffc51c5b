namespace Campaigns.Sandbox.Faults;

/// <summary>What can go wrong: with a request to send, and from <see cref="RepeatedEvents"/> on with what is told about messages.</summary>
public enum FaultKind
{
    /// <summary>The answer takes its time.</summary>
    Slow,

    /// <summary>429, and nothing says until when.</summary>
    TooManyRequests,

    /// <summary>429 with X-RateLimit-Reset, in Unix seconds.</summary>
    TooManyRequestsWithReset,

    /// <summary>429 with Retry-After, in seconds.</summary>
    TooManyRequestsWithRetryAfter,

    /// <summary>401, as when the key has been revoked.</summary>
    Unauthorized,

    /// <summary>413 as the HTML page of what stands in front of the provider.</summary>
    TooLarge,

    /// <summary>500, and the message was not accepted.</summary>
    ErrorBefore,

    /// <summary>500, and the message was accepted.</summary>
    ErrorAfter,

    /// <summary>The connection is reset, and the message was not accepted.</summary>
    ResetBefore,

    /// <summary>The connection is reset, and the message was accepted.</summary>
    ResetAfter,

    /// <summary>The message is accepted, and the answer never comes.</summary>
    SilenceAfter,

    /// <summary>The event or callback is posted 46 times.</summary>
    RepeatedEvents,

    /// <summary>A message's events are held back until the last has happened and are posted last first.</summary>
    ReversedEvents,

    /// <summary>No sg_event_id.</summary>
    MissingEventId,

    /// <summary>The event is posted again under another sg_event_id.</summary>
    ChangedEventId,

    /// <summary>A delivered e-mail bounces after all; the bounce has no sg_message_id.</summary>
    AsynchronousBounce,

    /// <summary>The category is a string, however it was sent.</summary>
    CategoryAsText,

    /// <summary>The category is an array, however it was sent.</summary>
    CategoryAsArray,

    /// <summary>The processed event names a pool whose id is a string, though none was asked for.</summary>
    PoolIdAsText,

    /// <summary>Events are saved up until 5,000 fill one POST, or no more are to come.</summary>
    HugePosts,

    /// <summary>The POST comes with a signature that is wrong, then again with the right one.</summary>
    BadSignature,

    /// <summary>The event or callback is never posted.</summary>
    LostEvents,
}
