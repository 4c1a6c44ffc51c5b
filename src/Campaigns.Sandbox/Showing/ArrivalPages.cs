using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Sandbox.Showing;

/// <summary><c>GET /sandbox/arrivals</c>: one line of JSON for each accepted message, oldest first.</summary>
static class ArrivalPages
{
    static readonly JsonSerializerOptions json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static void Map(IEndpointRouteBuilder routes, ArrivalLog arrivals) => routes.MapGet("/sandbox/arrivals", async context =>
    {
        context.Response.ContentType = "application/x-ndjson";
        foreach (var arrival in arrivals.Read())
        {
            await context.Response.WriteAsync(JsonSerializer.Serialize(arrival, json) + "\n", context.RequestAborted);
        }
    });
}
