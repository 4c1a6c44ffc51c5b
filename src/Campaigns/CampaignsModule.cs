using System.Reflection;
using Campaigns.Http;
using Campaigns.Storage;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Campaigns;

/// <summary>Everything the system can do, room by room, the highest floor first: each room uses only those above it.</summary>
public static class CampaignsModule
{
    /// <summary>Adds Marten, Wolverine and all rooms to a host.</summary>
    /// <param name="handlers">Where the code between Wolverine and the handlers is, which the build writes; null where it is about to be written.</param>
    /// <param name="workers">False: the process handles no messages in the background, whatever <c>Workers:Enabled</c> says.</param>
    public static void Add(IHostApplicationBuilder host, string connectionString, Assembly? handlers, bool workers = true)
    {
        var messaging = host.Configuration.GetSection("Messaging").Get<MessagingOptions>() ?? new MessagingOptions();
        var byWorkers = workers && host.Configuration.GetValue("Workers:Enabled", true);
        var module = new ModuleBuilder(host.Services, messaging, byWorkers);
        Http.Configuration.Add(module);
        Limits.Configuration.Add(module);
        Tenancy.Configuration.Add(module);
        Audience.Configuration.Add(module);
        Recipients.Configuration.Add(module);
        Segments.Configuration.Add(module);
        Authoring.Configuration.Add(module);
        Consent.Configuration.Add(module);
        Providers.Configuration.Add(module);
        Senders.Configuration.Add(module);
        Planning.Configuration.Add(module);
        Ledger.Configuration.Add(module);
        Sending.Configuration.Add(module);
        Tracking.Configuration.Add(module);
        Insight.Configuration.Add(module);
        host.AddStorage(connectionString, module, messaging, handlers, byWorkers);
    }

    /// <summary>The HTTP API and the webhooks.</summary>
    public static void MapCampaigns(this WebApplication app)
    {
        app.UseMiddleware<HeadMiddleware>();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseRequestLimit();
        app.UseMiddleware<KnownQueryMiddleware>();
        app.UseMiddleware<ContentCodingMiddleware>();
        app.UseMiddleware<IdempotencyMiddleware>();
        app.MapOpenApi();
        Health.Map(app);
        var api = app.MapGroup("/api/v1").RequireAuthorization().WithMetadata(new KnownQuery(), new LimitedRequests());
        Tenancy.Configuration.Map(api, app);
        Audience.Configuration.Map(api, app);
        Segments.Configuration.Map(api, app);
        Authoring.Configuration.Map(api, app);
        Consent.Configuration.Map(api, app);
        Providers.Configuration.Map(api, app);
        Senders.Configuration.Map(api, app);
        Planning.Configuration.Map(api, app);
        Sending.Configuration.Map(api, app);
        Tracking.Configuration.Map(api, app);
        Insight.Configuration.Map(api, app);
    }
}
