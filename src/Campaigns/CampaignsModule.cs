using Campaigns.Audience;
using Campaigns.Audience.Import;
using Campaigns.Authoring;
using Campaigns.Authoring.Rendering;
using Campaigns.Consent;
using Campaigns.Engine;
using Campaigns.Engine.Messages;
using Campaigns.Http;
using Campaigns.Insight;
using Campaigns.Ledger;
using Campaigns.Limits;
using Campaigns.Planning;
using Campaigns.Providers;
using Campaigns.Providers.SendGrid;
using Campaigns.Providers.Twilio;
using Campaigns.Recipients;
using Campaigns.Senders;
using Campaigns.Sending;
using Campaigns.Tenancy;
using Campaigns.Tracking;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Campaigns;

/// <summary>Every stream, handler, projection and endpoint of the application: reading this list is reading what it can do.</summary>
public static class CampaignsModule
{
    /// <param name="sendingOptions">For the queues whose workings depend on it.</param>
    public static void Setup(EngineSetup engine, SendingOptions? sendingOptions = null)
    {
        var sending = sendingOptions ?? new SendingOptions();
        engine.Migrations(typeof(CampaignsModule).Assembly);

        // Http
        engine.Handle<ForgetIdempotencyKeys>("forget_idempotency_keys", "planning", _ => ForgetIdempotencyKeys.Handle)
            .Every(TimeSpan.FromHours(1), new ForgetIdempotencyKeys());

        // Tenancy
        engine.Stream("organisation", Organisation.Initial, (state, fact) => state.Apply(fact), snapshot: true)
            .Event<OrganisationCreated>("organisation_created")
            .Event<OrganisationSettingsChanged>("organisation_settings_changed");
        engine.Stream("sender", Sender.Initial, (state, fact) => state.Apply(fact), snapshot: true)
            .Event<SenderAdded>("sender_added")
            .Event<SenderChanged>("sender_changed")
            .Event<SenderConfirmationAsked>("sender_confirmation_asked")
            .Event<SenderVerified>("sender_verified")
            .Event<SenderPaused>("sender_paused")
            .Event<SenderResumed>("sender_resumed")
            .Event<SenderRetired>("sender_retired");
        engine.Stream("credentials", ProviderCredentials.Initial, (state, fact) => state.Apply(fact))
            .Event<CredentialsSet>("credentials_set")
            .Event<CredentialsRemoved>("credentials_removed");

        // Audience
        engine.Stream("import", ContactImport.Initial, (state, fact) => state.Apply(fact), snapshot: true)
            .Event<ImportStarted>("import_started")
            .Event<ImportProgressed>("import_progressed")
            .Event<ImportCompleted>("import_completed")
            .Event<ImportFailed>("import_failed")
            .Handle<LookAfterImport>("look_after_import", "planning", services => services.GetRequiredService<ImportCare>().Handle);

        // Authoring
        engine.Stream("template", Template.Initial, (state, fact) => state.Apply(fact), snapshot: true)
            .Event<TemplateCreated>("template_created")
            .Event<TemplateRevised>("template_revised")
            .Event<TemplateArchived>("template_archived");

        // Planning
        engine.Stream("campaign", Campaign.Initial, (state, fact) => state.Apply(fact), snapshot: true)
            .Event<CampaignDrafted>("campaign_drafted")
            .Event<CampaignEdited>("campaign_edited")
            .Event<CampaignDeleted>("campaign_deleted")
            .Event<CampaignSubmitted>("campaign_submitted")
            .Event<CampaignApproved>("campaign_approved")
            .Event<CampaignRejected>("campaign_rejected")
            .Event<CampaignScheduled>("campaign_scheduled")
            .Event<CampaignLaunched>("campaign_launched")
            .Event<AudienceHydrated>("audience_hydrated")
            .Event<BatchStarted>("batch_started")
            .Event<BatchCompleted>("batch_completed")
            .Event<DoubtsLeft>("doubts_left")
            .Event<NextBatchScheduled>("next_batch_scheduled")
            .Event<CampaignPaused>("campaign_paused")
            .Event<CampaignResumed>("campaign_resumed")
            .Event<CampaignCancelled>("campaign_cancelled")
            .Event<CampaignCompleted>("campaign_completed")
            .Event<CampaignReassessed>("campaign_reassessed")
            .Event<CampaignArchived>("campaign_archived")
            .Event<CampaignRetried>("campaign_retried")
            .Event<RecipientsRequeued>("recipients_requeued")
            .Handle<LaunchScheduled>("launch_scheduled", "planning", services => services.GetRequiredService<Launching>().Handle, Stranded);

        // Sending
        engine.Stream("recipient", Recipient.Initial, (state, fact) => state.Apply(fact))
            .Event<RecipientQueued>("recipient_queued")
            .Event<RecipientSkipped>("recipient_skipped")
            .Event<RecipientWithdrawn>("recipient_withdrawn")
            .Event<RecipientRequeued>("recipient_requeued")
            .Event<MessageSent>("message_sent")
            .Event<MessageFailed>("message_failed")
            .Event<MessageInDoubt>("message_in_doubt")
            .Event<MessageReturned>("message_returned")
            .Event<AttemptFailed>("attempt_failed")
            .Event<RecipientDeferred>("recipient_deferred")
            .Event<MessageAccepted>("message_accepted")
            .Event<MessageDelivered>("message_delivered")
            .Event<MessageDeferred>("message_deferred")
            .Event<MessageOpened>("message_opened")
            .Event<LinkClicked>("link_clicked")
            .Event<MessageBounced>("message_bounced")
            .Event<MessageDropped>("message_dropped")
            .Event<MessageUndelivered>("message_undelivered")
            .Event<SpamReported>("spam_reported")
            .Event<RecipientUnsubscribed>("recipient_unsubscribed")
            .Event<ReplyReceived>("reply_received")
            .Event<OpenTimedOut>("open_timed_out")
            .Handle<HydrateAudience>("hydrate_audience", "planning", services => services.GetRequiredService<AudienceHydration>().Handle, Stranded)
            .Handle<SendBatch>("send_batch", "sending", services => services.GetRequiredService<BatchSender>().Handle, Stranded)
            .Handle<WithdrawQueued>("withdraw_queued", "planning", services => services.GetRequiredService<QueueWithdrawal>().Handle, Stranded)
            .Handle<RequeueRecipients>("requeue_recipients", "planning", services => services.GetRequiredService<RecipientRequeuing>().Handle, Stranded)
            .Handle<CompleteCampaign>("complete_campaign", "planning", services => services.GetRequiredService<CampaignCompletion>().Handle, Stranded)
            .Handle<LeaveDoubts>("leave_doubts", "planning", services => services.GetRequiredService<CampaignCompletion>().Handle, Stranded)
            .Handle<ForgetPermits>("forget_permits", "planning", _ => ForgetPermits.Handle)
            .Every(TimeSpan.FromHours(1), new ForgetPermits())
            .Handle<LookUpMessages>("look_up_messages", "looking", services => services.GetRequiredService<MessageLookUp>().Handle)
            .Handle<CheckHealth>("check_health", "planning", services => services.GetRequiredService<HealthBreaker>().Handle)
            .Handle<CheckSenderHealth>("check_sender_health", "planning", services => services.GetRequiredService<SenderBreaker>().Handle)
            .Inline(new CampaignLedger())
            .Queue("looking", new QueueOptions { Concurrency = 2, Prefetch = 0, Lease = sending.Lease })
            .Queue("planning", new QueueOptions { Prefetch = 0, Lease = sending.Lease })
            .Queue("sending", new QueueOptions { Prefetch = 0, Lease = sending.Lease });

        // Tracking
        engine.HandleMany<RecordFacts>("record_facts", "tracking", 20, services => services.GetRequiredService<FactRecorder>().Handle)
            .HandleMany<SplitSharedBody>("split_shared_body", "tracking", 20, services => services.GetRequiredService<SharedBodies>().Handle)
            .Handle<ForgetWebhookBodies>("forget_webhook_bodies", "planning", services => services.GetRequiredService<WebhookRetention>().Handle)
            .Every(TimeSpan.FromHours(1), new ForgetWebhookBodies())
            .HandleMany<TimeOutOpen>("time_out_open", "timeouts", 1000, services => services.GetRequiredService<OpenTimeouts>().Handle)
            .Queue("tracking", new QueueOptions { Concurrency = 2, Prefetch = 40, Lease = sending.Lease })
            .Queue("timeouts", new QueueOptions { Concurrency = 1, Prefetch = 2000, Lease = sending.Lease });

        // Consent
        engine.Stream("suppression", Suppression.Initial, (state, fact) => state.Apply(fact))
            .Event<AddressSuppressed>("address_suppressed")
            .Event<AddressReinstated>("address_reinstated")
            .Event<AddressUnreachable>("address_unreachable")
            .Event<AddressReached>("address_reached")
            .Handle<SuppressAtProvider>("suppress_at_provider", "consent", services => services.GetRequiredService<ProviderSuppressions>().Handle)
            .Handle<ReinstateAtProvider>("reinstate_at_provider", "consent", services => services.GetRequiredService<ProviderSuppressions>().Handle)
            .Handle<ImportSuppressions>("import_suppressions", "consent", services => services.GetRequiredService<ProviderSuppressions>().Handle)
            .Handle<EraseContact>("erase_contact", "consent", services => services.GetRequiredService<ContactErasure>().Handle)
            .Handle<EraseAtProvider>("erase_at_provider", "consent", services => services.GetRequiredService<ProviderSuppressions>().Handle)
            .Inline(new SuppressionList())
            .Inline(new UnreachableAddresses())
            .Queue("consent", new QueueOptions { Prefetch = 0, Lease = sending.Lease, Retry = ProviderSuppressions.Patience });

        // Insight
        engine.Inline(new Alerts());

        // What is personal: addresses and names, people's own words, and those of mail servers, which quote the address.
        engine.Mask<AddressSuppressed>(fact => fact with { Address = Erased })
            .Mask<AddressReinstated>(fact => fact with { Address = Erased, Why = Erased })
            .Mask<MessageFailed>(fact => fact with { Text = Erased })
            .Mask<MessageInDoubt>(fact => fact with { Why = Erased })
            .Mask<MessageReturned>(fact => fact with { Why = Erased })
            .Mask<AttemptFailed>(fact => fact with { Text = Erased })
            .Mask<RecipientDeferred>(fact => fact with { Why = Erased, LimitKey = null })
            .Mask<MessageDeferred>(fact => fact with { Response = null })
            .Mask<MessageBounced>(fact => fact with { Status = null, Reason = null })
            .Mask<MessageDropped>(fact => fact with { Reason = null })
            .Mask<LinkClicked>(fact => fact with { Url = null })
            .Mask<CampaignDrafted>(fact => fact with { Settings = fact.Settings with { From = Forget(fact.Settings.From) } })
            .Mask<CampaignEdited>(fact => fact with { Settings = fact.Settings with { From = Forget(fact.Settings.From) } })
            .Mask<CampaignApproved>(fact => fact with { Comment = null })
            .Mask<CampaignRejected>(fact => fact with { Reason = Erased })
            .Mask<CampaignPaused>(fact => fact with { Reason = Erased })
            .Mask<CampaignCancelled>(fact => fact with { Reason = null })
            .Mask<SenderAdded>(fact => fact with { Settings = Forget(fact.Settings) })
            .Mask<SenderChanged>(fact => fact with { Settings = Forget(fact.Settings) })
            .Mask<SenderPaused>(fact => fact with { Reason = Erased })
            .Mask<ImportStarted>(fact => fact with { FileName = null })
            .Mask<ImportFailed>(fact => fact with { Reason = Erased });
    }

    const string Erased = "erased";

    static SenderAddress? Forget(SenderAddress? from) => from is null ? null : new SenderAddress(Erased);

    static SenderSettings Forget(SenderSettings settings) => settings with { Name = Erased, Email = null, ReplyTo = null, Owner = null, Phone = null };

    static Func<ICampaignWork, string, string, Task> Stranded(IServiceProvider services) => services.GetRequiredService<StrandedCampaign>().Handle;

    public static IServiceCollection AddCampaigns(this IServiceCollection services)
    {
        // Http
        services.AddHttpContextAccessor();
        services.AddScoped<ApiRequest>();
        services.AddSingleton<PublicUrl>();
        services.Configure<JsonOptions>(options => ApiJson.Configure(options.SerializerOptions));
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.AddExceptionHandler<BadRequestHandler>();
        services.AddProblemDetails(options => options.CustomizeProblemDetails = Problems.Customise);
        services.AddOpenApi("v1", ApiDescription.Configure);

        // Tenancy
        services.AddSingleton<ApiKeys>();
        services.AddAuthentication(ApiKeyAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyAuthentication>(ApiKeyAuthentication.SchemeName, null);
        services.AddAuthorization();
        services.AddSingleton<Credentials>();
        services.AddOptions<SecretsOptions>().BindConfiguration("Secrets")
            .Validate(secrets => secrets.IsValid, "Secrets:Key and each of Secrets:PreviousKeys is base64 of 32 bytes: openssl rand -base64 32").ValidateOnStart();
        services.AddOptions<SendersOptions>().BindConfiguration("Senders");

        // Audience
        services.AddSingleton<ImportCare>();

        // Planning
        services.AddSingleton<GetCampaigns>();
        services.AddSingleton<Launching>();
        services.AddSingleton<StrandedCampaign>();

        // Sending
        services.AddOptions<SendingOptions>().BindConfiguration("Sending");
        services.AddSingleton<AudienceHydration>();
        services.AddSingleton<QueueWithdrawal>();
        services.AddSingleton<RecipientRequeuing>();
        services.AddSingleton<CompiledTemplates>();
        services.AddSingleton<SendQueue>();
        services.AddSingleton<DueWork>();
        services.AddSingleton<Permits>();
        services.AddSingleton<SingleMessages>();
        services.AddSingleton<SendingConditions>();
        services.AddSingleton<BatchClaiming>();
        services.AddSingleton<BatchHandover>();
        services.AddSingleton<BatchSender>();
        services.AddSingleton<MessageLookUp>();
        services.AddSingleton<HealthBreaker>();
        services.AddSingleton<SenderBreaker>();
        services.AddSingleton<SenderHealths>();
        services.AddSingleton<CampaignCompletion>();

        // Providers
        services.AddSingleton<MessageProviders>();
        services.AddEmail();
        services.AddTwilio();

        // Tracking
        services.AddOptions<TrackingOptions>().BindConfiguration("Tracking");
        services.AddSingleton<WebhookBodies>();
        services.AddSingleton<SharedBodies>();
        services.AddSingleton<FactRecorder>();
        services.AddSingleton<WebhookRetention>();
        services.AddSingleton<OpenTimeouts>();

        // Consent
        services.AddOptions<ConsentOptions>().BindConfiguration("Consent")
            .Validate(consent => consent.IsValid, "Consent:UnreachableAfter is 2 or more, and Consent:UnreachableWithin more than nothing").ValidateOnStart();
        services.AddSingleton<UnsubscribeTokens>();
        services.AddSingleton<UnsubscribeLinks>();
        services.AddSingleton<ProviderSuppressions>();
        services.AddSingleton<ContactErasure>();

        // Insight
        services.AddSingleton<ProgressQuery>();
        services.AddSingleton<ProgressStream>();
        services.AddSingleton<WhyNotSending>();
        services.AddSingleton<CampaignRecipients>();
        services.AddSingleton<TellRecipient>();
        services.AddSingleton<CampaignBatches>();
        services.AddSingleton<StoredEvents>();
        return services;
    }

    /// <summary>The HTTP API and the webhooks.</summary>
    public static void MapCampaigns(this WebApplication app)
    {
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseMiddleware<IdempotencyMiddleware>();
        app.MapOpenApi();
        Health.Map(app);

        var api = app.MapGroup("/api/v1").RequireAuthorization();

        // Tenancy
        OrganisationSettingsEndpoints.Map(api);
        SenderDirectory.Map(api);
        AddSender.Map(api);
        ChangeSender.Map(api);
        VerifySender.Map(api);
        PauseSender.Map(api);
        ConfirmSender.Map(app);
        CredentialsEndpoints.Map(api);

        // Audience
        ImportContactsEndpoint.Map(api);
        ImportReportEndpoints.Map(api);
        ContactLists.Map(api);
        CreateListEndpoint.Map(api);
        DeleteListEndpoint.Map(api);
        AddListMembersEndpoint.Map(api);
        Contacts.Map(api);
        CreateContactEndpoint.Map(api);
        ChangeContactEndpoint.Map(api);
        ValidateAddress.Map(api);

        // Authoring
        Templates.Map(api);
        CreateTemplate.Map(api);
        ReviseTemplate.Map(api);
        ArchiveTemplate.Map(api);
        PreviewTemplateEndpoints.Map(api);

        // Planning
        DraftCampaign.Map(api);
        GetCampaigns.Map(api);
        EditCampaign.Map(api);
        DeleteDrafts.Map(api);
        TestCampaign.Map(api);
        ReviewCampaign.Map(api);
        ScheduleCampaign.Map(api);
        LaunchCampaign.Map(api);
        PauseCampaign.Map(api);
        RetryCampaign.Map(api);
        DuplicateCampaign.Map(api);
        ArchiveCampaign.Map(api);

        // Sending
        ProcessDueWork.Map(api);

        // Tracking
        StoredWebhooks.Map(api);

        // Consent
        SuppressAddresses.Map(api);
        ProviderSuppressions.Map(api);
        ContactErasure.Map(api);

        // Insight
        ProgressQuery.Map(api);
        ProgressStream.Map(api);
        WhyNotSending.Map(api);
        Alerts.Map(api);
        CampaignRecipients.Map(api);
        TellRecipient.Map(api);
        CampaignBatches.Map(api);
        StoredEvents.Map(api);
        DurableMessages.Map(api);

        var webhooks = app.MapGroup("/webhooks").AllowAnonymous();
        ReceiveSendGridEvents.Map(webhooks);
        ReceiveTwilioWebhooks.Map(webhooks);
        Unsubscribe.Map(app);
    }
}
