using System.Net.Sockets;
using Campaigns.Tenancy;
using Microsoft.AspNetCore.Components;
using Npgsql;

namespace Campaigns.Server.Components;

/// <summary>A page over the database: it has its rows, has failed, or shows that there is no such thing.</summary>
public abstract class DashboardPage : ComponentBase
{
    [CascadingParameter]
    public HttpContext Http { get; set; } = null!;

    /// <summary>The database did not answer: the page shows that instead of rows.</summary>
    protected bool HasFailed { get; private set; }

    protected string TenantId => Http.User.TenantId();

    protected async Task Read(Func<CancellationToken, Task> read)
    {
        try
        {
            await read(Http.RequestAborted);
        }
        catch (Exception error) when (error is NpgsqlException or TimeoutException or SocketException)
        {
            Log.PageFailed(Http.RequestServices.GetRequiredService<ILogger<DashboardPage>>(), error, Http.Request.Path);
            Http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            HasFailed = true;
        }
    }
}
