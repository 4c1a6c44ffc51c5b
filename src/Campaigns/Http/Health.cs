using Marten;
using Campaigns.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace Campaigns.Http;

/// <summary>For load balancers and container health checks: this node can do its work when its database answers.</summary>
static class Health
{
    static readonly TimeSpan Longest = TimeSpan.FromSeconds(3);

    public static void Map(IEndpointRouteBuilder app) => app.MapGet("/health", Handle)
        .AllowAnonymous().WithName(nameof(Health)).WithSummary("Whether this node and its database answer")
        .Produces<HealthView>().ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    static async Task<IResult> Handle(IDocumentStore store, HttpContext http)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        ended.CancelAfter(Longest);
        try
        {
            await using var command = store.Database.CreateCommand("select 1");
            await command.ExecuteScalarAsync(ended.Token);
            return Results.Ok(new HealthView("healthy"));
        }
        catch (Exception error) when (error is NpgsqlException or TimeoutException or OperationCanceledException)
        {
            return BadRequestHandler.DatabaseAway();
        }
    }
}

sealed record HealthView(string Status);
