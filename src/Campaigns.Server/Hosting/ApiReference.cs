using Scalar.AspNetCore;

namespace Campaigns.Server.Hosting;

/// <summary>A page that shows what <c>/openapi/v1.json</c> says, and calls the API with a key that is typed in there.</summary>
static class ApiReference
{
    public const string Path = "/reference";

    /// <summary>The page brings its script and style along, written into it. Like all others it loads nothing from elsewhere, and calls nobody else.</summary>
    const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
        + "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

    public static void MapApiReference(this WebApplication app)
    {
        app.Use((http, next) =>
        {
            if (http.Request.Path.StartsWithSegments(Path))
            {
                http.Response.Headers.ContentSecurityPolicy = ContentSecurityPolicy;
            }

            return next(http);
        });
        app.MapScalarApiReference(Path, options => options
            .WithTitle("Campaigns API")
            .AddPreferredSecuritySchemes("apiKey")
            .DisableDefaultFonts()
            .DisableTelemetry()
            .DisableAgent()
            .DisableMcp()
            .HideClientButton()
            .HideDeveloperTools());
    }
}
