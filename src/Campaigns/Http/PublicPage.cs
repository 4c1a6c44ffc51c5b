using System.Net.Mime;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Campaigns.Http;

/// <summary>A page for people without a key, behind a link that is a secret: nobody between keeps it, and none is found by searching.</summary>
/// <param name="content">HTML below the title.</param>
sealed class PublicPage(string title, string content, int status = StatusCodes.Status200OK) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.Headers.CacheControl = "no-store";
        return Results.Text(
            $"""
            <!doctype html>
            <html lang="en">
            <head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="robots" content="noindex"><title>{title}</title></head>
            <body><main><h1>{title}</h1>
            {content}
            </main></body>
            </html>
            """,
            MediaTypeNames.Text.Html, Encoding.UTF8, status).ExecuteAsync(httpContext);
    }
}
