using System.Net.Sockets;
using Campaigns.Http;
using Microsoft.AspNetCore.Components;
using Npgsql;

namespace Campaigns.Server.Components;

/// <summary>A page over the database: it is loading, has its rows, or has failed.</summary>
public abstract class DashboardPage : ComponentBase
{
    [CascadingParameter]
    public HttpContext Http { get; set; } = null!;

    /// <summary>Not everything is there yet. A page is rendered in this state too, wherever its reading happens to wait first.</summary>
    protected bool IsLoading { get; private set; } = true;

    /// <summary>The database did not answer: the page shows that instead of rows.</summary>
    protected bool HasFailed { get; private set; }

    protected string TenantId => Http.User.TenantId();

    protected async Task Read(Func<CancellationToken, Task> read)
    {
        try
        {
            await read(Http.RequestAborted);
        }
        catch (Exception error) when (error is NpgsqlException or TimeoutException or SocketException || error.InnerException is NpgsqlException)
        {
            Log.PageFailed(Http.RequestServices.GetRequiredService<ILogger<DashboardPage>>(), Http.Request.Path, error.Message);
            Answer(StatusCodes.Status503ServiceUnavailable);
            HasFailed = true;
        }

        IsLoading = false;
    }

    /// <summary>Sends this page with another status than 200. Set at once, some would make the framework send a page of its own.</summary>
    protected void Answer(int status) => Http.Response.OnStarting(() =>
    {
        Http.Response.StatusCode = status;
        return Task.CompletedTask;
    });
}
