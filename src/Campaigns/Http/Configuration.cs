using Campaigns.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Campaigns.Http;

/// <summary>What all endpoints have in common: problem documents, pages, idempotency, who asks.</summary>
static class Configuration
{
    public static void Add(ModuleBuilder module)
    {
        module
            .Middleware<Caller>(typeof(CallerMiddleware))
            .Handle<ForgetIdempotencyKeys>("housekeeping", typeof(ForgetIdempotencyKeysHandler))
            .Every("forget_idempotency_keys", "0 * * * *", () => new ForgetIdempotencyKeys());
        module.Services.Insert(0, ServiceDescriptor.Singleton<IStartupFilter, SecurityHeaders>()); // the first one is the outermost
        module.Services.AddHttpContextAccessor();
        module.Services.AddScoped<ApiRequest>();
        RequestLimit.Add(module.Services);
        module.Services.AddSingleton<PublicUrl>();
        module.Services.Configure<JsonOptions>(options => ApiJson.Configure(options.SerializerOptions));
        module.Services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        module.Services.AddExceptionHandler<BadRequestHandler>();
        module.Services.AddProblemDetails(options => options.CustomizeProblemDetails = Problems.Customise);
        module.Services.AddOpenApi("v1", ApiDescription.Configure);
    }
}
