using System.Net.Mime;
using Microsoft.AspNetCore.Http;

namespace Campaigns.Sandbox.Faults;

/// <summary>The 413 of what stands in front of a provider, which does not speak JSON.</summary>
static class TooLargePage
{
    public static Task Write(HttpContext context)
    {
        var response = context.Response;
        response.StatusCode = StatusCodes.Status413PayloadTooLarge;
        response.ContentType = MediaTypeNames.Text.Html;
        response.Headers.Connection = "close";
        return response.WriteAsync(
            "<html>\r\n<head><title>413 Request Entity Too Large</title></head>\r\n<body>\r\n<center><h1>413 Request Entity Too Large</h1>"
            + "</center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n",
            context.RequestAborted);
    }
}
