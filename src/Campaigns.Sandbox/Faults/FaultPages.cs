using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Sandbox.Faults;

/// <summary><c>/sandbox/faults</c>: what is to go wrong, by request.</summary>
sealed class FaultPages(FaultList faults)
{
    static readonly JsonSerializerOptions json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/sandbox/faults", context => context.Response.WriteAsJsonAsync(faults.InForce(), json, context.RequestAborted));
        routes.MapPost("/sandbox/faults", Add);
        routes.MapDelete("/sandbox/faults", Clear);
    }

    async Task Add(HttpContext context)
    {
        try
        {
            var fault = await context.Request.ReadFromJsonAsync<Fault>(json, context.RequestAborted);
            faults.Add(fault ?? throw new JsonException("There is no fault."));
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            await context.Response.WriteAsync(unreadable.Message, context.RequestAborted);
        }
    }

    Task Clear(HttpContext context)
    {
        faults.Clear();
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }
}
