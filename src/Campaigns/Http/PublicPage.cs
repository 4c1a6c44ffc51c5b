using System.Net;
using System.Net.Mime;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Campaigns.Http;

/// <summary>A page for people without a key, behind a link that is a secret: nobody between keeps it, and none is found by searching.</summary>
/// <param name="content">HTML below the title.</param>
/// <param name="owner">In whose name it speaks; null where that is not known.</param>
/// <param name="language">IETF tag.</param>
sealed class PublicPage(string title, string content, int status = StatusCodes.Status200OK, string? owner = null, string language = "en") : IResult
{
    const string Style = """
        :root { color-scheme: light dark; --ground: #f5f6f8; --panel: #ffffff; --ink: #1a2230; --soft: #566072; --line: #dfe3ea; --accent: #2a54c7; --on-accent: #ffffff }
        @media (prefers-color-scheme: dark) { :root { --ground: #11151c; --panel: #191f29; --ink: #e6eaf2; --soft: #9aa5b8; --line: #2b3340; --accent: #8fb0ff; --on-accent: #0d1730 } }
        * { box-sizing: border-box }
        body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem; background: var(--ground); color: var(--ink);
               font: 17px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif }
        main { width: 100%; max-width: 30rem; padding: 2rem; background: var(--panel); border: 1px solid var(--line); border-radius: 12px; overflow-wrap: anywhere }
        header { margin: 0 0 1.25rem; padding: 0 0 1rem; border-bottom: 1px solid var(--line); color: var(--soft); font-weight: 600 }
        h1 { margin: 0 0 .75rem; font-size: 1.5rem; line-height: 1.25 }
        p { margin: 0 0 1.25rem } :last-child { margin-bottom: 0 }
        button { padding: .7rem 1.4rem; border: 0; border-radius: 8px; background: var(--accent); color: var(--on-accent); font: inherit; font-weight: 600; cursor: pointer }
        button:focus-visible { outline: 3px solid var(--ink); outline-offset: 2px }
        """;

    // The page brings its style along: it has to look the same behind whatever stands before the server.
    static readonly string Policy =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style.ReplaceLineEndings("\n"))))}'; "
        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var headers = httpContext.Response.Headers;
        headers.CacheControl = "no-store";
        headers.ContentSecurityPolicy = Policy;
        var heading = WebUtility.HtmlEncode(title);
        return Results.Text(
            $"""
            <!doctype html>
            <html lang="{language}">
            <head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="robots" content="noindex"><title>{heading}</title>
            <style>{Style.ReplaceLineEndings("\n")}</style></head>
            <body><main>{(owner is null ? "" : $"<header>{WebUtility.HtmlEncode(owner)}</header>")}<h1>{heading}</h1>
            {content}
            </main></body>
            </html>
            """.ReplaceLineEndings("\n"),
            MediaTypeNames.Text.Html, Encoding.UTF8, status).ExecuteAsync(httpContext);
    }
}
