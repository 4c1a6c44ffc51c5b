using System.Security.Cryptography;
using System.Text;
using Campaigns.Sandbox.SendGrid.Accepting;
using Microsoft.AspNetCore.Http;

namespace Campaigns.Sandbox.SendGrid;

/// <summary>Lets nobody in without the key.</summary>
sealed class ApiKey(SandboxOptions options)
{
    readonly byte[] authorization = Encoding.UTF8.GetBytes($"Bearer {options.ApiKey}");

    public RequestDelegate Require(RequestDelegate answer) => context => Unauthorized(context.Request) is { } reason
        ? MailErrors.Write(context, StatusCodes.Status401Unauthorized, new MailError(reason))
        : answer(context);

    string? Unauthorized(HttpRequest request)
    {
        var given = request.Headers.Authorization.ToString();
        return given.Length == 0 ? "authorization required"
            : CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), authorization) ? null
            : "The provided authorization grant is invalid, expired, or revoked";
    }
}
