using Campaigns.Recipients;

namespace Campaigns.Ledger;

/// <summary>
/// What some events in a row change about the row of one recipient. Its properties are the columns that
/// <c>ChangeRecipients.sql</c> takes; null where the events say nothing about a column.
/// </summary>
sealed class RecipientChange(string tenantId, Guid id)
{
    const string Sent = "sent";

    /// <summary>The events that it is about, beside a batch's start.</summary>
    public static readonly IReadOnlyList<Type> Facts =
    [
        typeof(RecipientQueued), typeof(RecipientSkipped), typeof(RecipientWithdrawn), typeof(RecipientRequeued),
        typeof(MessageSent), typeof(MessageFailed), typeof(MessageInDoubt), typeof(MessageReturned),
        typeof(AttemptFailed), typeof(RecipientDeferred), typeof(MessageAccepted), typeof(MessageUndelivered),
        typeof(MessageDelivered), typeof(MessageDeferred), typeof(MessageOpened), typeof(LinkClicked),
        typeof(MessageBounced), typeof(MessageDropped), typeof(SpamReported), typeof(RecipientUnsubscribed),
        typeof(OpenTimedOut),
    ];

    public string TenantId => tenantId;

    public Guid Id => id;

    /// <summary>Said by the recipient's first event, as are contact, channel and step.</summary>
    public Guid? CampaignId { get; private set; }

    public Guid? ContactId { get; private set; }

    public string? Channel { get; private set; }

    public int? Step { get; private set; }

    /// <summary>
    /// Of the failure that the reason is about, which is shown as <c>category: reason</c>. Both go with the status, or with the first bounce of
    /// what was sent.
    /// </summary>
    public string? Category { get; private set; }

    /// <summary>What the provider calls the message.</summary>
    public string? ProviderMessageId { get; private set; }

    /// <summary><c>sent</c> is final, here as in the row.</summary>
    public string? Status { get; private set; }

    public string? Reason { get; private set; }

    public int? Batch { get; private set; }

    /// <summary>
    /// Who writes, empty for no sender of the organisation's. Whoever is sent to stays with the sender of that batch: what is
    /// heard of a message counts for the one in whose name it went out, also where an attempt before, whose message it
    /// perhaps was, was another's.
    /// </summary>
    public Guid? SenderId { get; private set; }

    /// <summary>Goes with the status.</summary>
    public DateTimeOffset? NotBefore { get; private set; }

    public string? LimitKey { get; private set; }

    /// <summary>Failed attempts so far.</summary>
    public int? Attempts { get; private set; }

    public DateTimeOffset? QueuedAt { get; private set; }

    public DateTimeOffset? SentAt { get; private set; }

    public DateTimeOffset? DeliveredAt { get; private set; }

    public DateTimeOffset? OpenedAt { get; private set; }

    public DateTimeOffset? ClickedAt { get; private set; }

    public DateTimeOffset? BouncedAt { get; private set; }

    public DateTimeOffset? ComplainedAt { get; private set; }

    public DateTimeOffset? UnsubscribedAt { get; private set; }

    public DateTimeOffset? TimedOutAt { get; private set; }

    /// <param name="sender">Empty for none.</param>
    public void Started(int batch, Guid sender)
    {
        SenderId = Status == Sent ? SenderId : sender;
        Set("sending", null);
        Batch = batch;
    }

    /// <param name="recorded">When the event was recorded; facts of the provider carry the time at which they happened.</param>
    public void Apply(object fact, DateTimeOffset recorded)
    {
        switch (fact)
        {
            case RecipientQueued queued:
                Begin(queued.CampaignId, queued.ContactId, queued.Channel, queued.Step, recorded);
                Set("queued", null);
                break;
            case RecipientSkipped skipped:
                Begin(skipped.CampaignId, skipped.ContactId, skipped.Channel, skipped.Step, recorded);
                Set("skipped", Words(skipped.Reason));
                break;
            case RecipientWithdrawn withdrawn:
                Set("skipped", Words(withdrawn.Reason));
                break;
            case MessageSent sent:
                Set(Sent, null);
                ProviderMessageId = sent.ProviderMessageId;
                SentAt ??= recorded;
                break;
            case MessageFailed failed:
                Set("failed", Words(failed.Code, failed.Text), category: failed.Category);
                break;
            case AttemptFailed failed:
                Set("queued", Words(failed.Code, failed.Text), failed.RetryAt, failed.Category);
                Attempts = failed.Attempt;
                break;
            case RecipientDeferred deferred:
                Set("queued", deferred.Why, deferred.Until);
                LimitKey = deferred.LimitKey;
                break;
            case MessageInDoubt doubt:
                Set("inDoubt", doubt.Why);
                break;
            case MessageReturned:
                Set("queued", null);
                break;
            case RecipientRequeued:
                Set("queued", null);
                Attempts = 0;
                break;
            case OpenTimedOut:
                TimedOutAt ??= recorded;
                break;
            case IProofOfHandover proof:
                Prove(proof);
                break;
        }
    }

    void Begin(Guid campaignId, Guid contactId, Channel channel, int step, DateTimeOffset at)
    {
        CampaignId = campaignId;
        ContactId = contactId;
        Channel = Words(channel);
        Step = step;
        QueuedAt = at;
    }

    void Set(string status, string? reason, DateTimeOffset? notBefore = null, FailureCategory? category = null)
    {
        if (Status != Sent)
        {
            Status = status;
            Reason = reason;
            Category = Words(category);
            NotBefore = notBefore;
            LimitKey = null;
        }
    }

    // Only a message that the provider has can have such a fact: sent it was, whatever else was recorded before or after.
    void Prove(IProofOfHandover fact)
    {
        SentAt ??= fact.At;
        Status = Sent;
        NotBefore = null;
        LimitKey = null;
        if (BouncedAt is null) // why it bounced is the last that is said of it
        {
            (Reason, Category) = fact switch
            {
                MessageBounced bounced => (Words(bounced.Type ?? "bounce", $"{bounced.Status} {bounced.Reason}"), Words(bounced.Category)),
                MessageDropped dropped => (Words("dropped", dropped.Reason ?? ""), Words(dropped.Category)),
                MessageUndelivered undelivered => (Words(undelivered.Code, undelivered.Text ?? ""), Words(undelivered.Category)),
                _ => (null, null),
            };
        }

        switch (fact)
        {
            case MessageDelivered delivered: DeliveredAt ??= delivered.At; break;
            case MessageOpened opened: OpenedAt ??= opened.At; break;
            case LinkClicked clicked: ClickedAt ??= clicked.At; break;
            case MessageBounced bounced: BouncedAt ??= bounced.At; break;
            case MessageDropped dropped: BouncedAt ??= dropped.At; break;
            case MessageUndelivered undelivered: BouncedAt ??= undelivered.At; break;
            case SpamReported reported: ComplainedAt ??= reported.At; break;
            case RecipientUnsubscribed unsubscribed: UnsubscribedAt ??= unsubscribed.At; break;
        }
    }

    // Consent/EraseReasons leaves the code.
    static string Words(string code, string text) => $"{code} {text.Trim()}".Trim();

    static string? Words(FailureCategory? category) => category is { } known ? Words(known) : null;

    static string Words<T>(T value)
        where T : struct, Enum => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}
