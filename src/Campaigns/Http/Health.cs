using Campaigns.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Http;

/// <summary>
/// For load balancers and container health checks. Ready is a node whose database takes what it writes; alive is a process that answers: who restarts
/// it because its database is away gains nothing.
/// </summary>
static class Health
{
    public static void Map(IEndpointRouteBuilder app)
    {
        foreach (var path in new[] { "/health", "/health/ready" })
        {
            app.MapGet(path, Look).AllowAnonymous().WithName(path == "/health" ? nameof(Health) : "HealthReady")
                .WithSummary("Whether this node can do its work: its database answers, and takes what is written")
                .Produces<HealthView>().ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        }

        app.MapGet("/health/live", () => Results.Ok(new HealthView("alive"))).AllowAnonymous().WithName("HealthLive")
            .WithSummary("Whether this process answers, whatever its database does").Produces<HealthView>();
    }

    static async Task<IResult> Look(Readiness readiness, HttpContext http) => await readiness.FindObstacle(http.RequestAborted) switch
    {
        null => Results.Ok(new HealthView("healthy")),
        (Obstacle.ClockIsWrong, var why) => BadRequestHandler.ClockIsWrong(why),
        (Obstacle.DatabaseRefusesWrites, var why) => BadRequestHandler.DatabaseRefusesWrites(why),
        _ => BadRequestHandler.DatabaseAway(),
    };
}

sealed record HealthView(string Status);
