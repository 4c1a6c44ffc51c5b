using Campaigns.Audience.Import;
using Campaigns.Storage;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Mvc;

namespace Campaigns.Server.Components;

/// <summary>
/// Takes the file of the page of imports, as it arrives: a form of a page would be collected first, in a file that stays where the server dies.
/// </summary>
static class UploadEndpoint
{
    public const string Path = "/imports/upload";

    const string TokenField = "__RequestVerificationToken";

    public static void MapUpload(this IEndpointRouteBuilder dashboard) => dashboard
        .MapPost(Path, async (
            HttpContext http, [FromServices] IAntiforgery antiforgery, ImportUpload uploads, IDataProtectionProvider protection, CancellationToken ct) =>
        {
            try
            {
                var (upload, refusal) = await UploadedFile.Of(http.Request, ct);
                http.Request.Headers[antiforgery.GetTokens(http).HeaderName!] = upload?.Fields.GetValueOrDefault(TokenField) ?? "";
                if (upload is null || !await antiforgery.IsRequestValidAsync(http))
                {
                    return refusal is null ? Results.BadRequest() : Refused(refusal.Explanation, protection);
                }

                var decided = await uploads.Keep(upload, Read(upload.Fields), ct);
                return decided.Refusal is { } why ? Refused(why.Explanation, protection) : Results.LocalRedirect($"/imports/{decided.Stream.Id}");
            }
            catch (IOException error) when (error is not BadHttpRequestException)
            {
                return Refused("The upload broke off, and nothing of it is in. Send the file again.", protection);
            }
        })
        .WithMetadata(LargestFile.From(dashboard.ServiceProvider.GetRequiredService<IConfiguration>()))
        .ExcludeFromDescription();

    /// <summary>What the page is to say of a file that was refused; null where it was not this server that said so.</summary>
    public static string? ReadRefusal(string? refused, IDataProtectionProvider protection)
    {
        try
        {
            return string.IsNullOrEmpty(refused) ? null : Protector(protection).Unprotect(refused);
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            return null;
        }
    }

    static ImportChoices Read(IReadOnlyDictionary<string, string> fields) => new(
        fields.GetValueOrDefault("list"),
        Enum.TryParse<ExistingContacts>(fields.GetValueOrDefault("existing"), ignoreCase: true, out var existing) ? existing : ExistingContacts.Keep,
        fields.ContainsKey("dryRun"));

    static IResult Refused(string why, IDataProtectionProvider protection) =>
        Results.LocalRedirect($"/imports?refused={Uri.EscapeDataString(Protector(protection).Protect(why))}");

    // In an address anybody could have written it: the page believes its own words only.
    static IDataProtector Protector(IDataProtectionProvider protection) => protection.CreateProtector("a refused upload");
}
