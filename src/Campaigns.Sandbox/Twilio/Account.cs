using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Campaigns.Sandbox.Twilio;

/// <summary>The one account there is: lets in whoever has its token, and knows no other.</summary>
sealed class Account(SandboxOptions options)
{
    public const string Path = "/2010-04-01/Accounts/{account}";

    readonly byte[] authorization =
        Encoding.UTF8.GetBytes($"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{options.AccountSid}:{options.AuthToken}"))}");

    public RequestDelegate Require(RequestDelegate answer) => context =>
        !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(context.Request.Headers.Authorization.ToString()), authorization)
            ? TwilioError.Write(context, StatusCodes.Status401Unauthorized)
            : (string?)context.Request.RouteValues["account"] != options.AccountSid
                ? TwilioError.Write(context, StatusCodes.Status404NotFound)
                : answer(context);
}
