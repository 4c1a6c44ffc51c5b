using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Campaigns.Http;
using Campaigns.Limits;
using Campaigns.Providers;
using Campaigns.Recipients;
using Campaigns.Storage;
using Campaigns.Tenancy;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Wolverine;

namespace Campaigns.Senders;

/// <summary>Verifies a sender's address: by the provider's own word where it vouches for the address, else by a link that is sent there.</summary>
/// <param name="Email">The address that the provider was asked about.</param>
/// <param name="IsVouchedFor">What it said.</param>
/// <param name="Hash">Of the token of a new link.</param>
/// <param name="Claim">Under which the permits of the mail with the link are taken.</param>
public sealed record VerifySender(
    Guid SenderId, string? Email, bool IsVouchedFor, string Hash, Guid Claim, IReadOnlyDictionary<Limit, int> Uses);

public static class VerifySenderHandler
{
    /// <summary>Between two links to the same address.</summary>
    static readonly TimeSpan Gap = TimeSpan.FromMinutes(1);

    public static async Task<(Decided<Sender>, OutgoingMessages)> Handle(
        VerifySender command, IDocumentSession session, Caller caller, IOptions<SendersOptions> options, TimeProvider clock, CancellationToken ct)
    {
        var time = clock.Microseconds();
        var sender = await session.Events.FetchForWriting<Sender>(command.SenderId, ct);
        var decided = caller.Record(
            sender, Decide(sender.State(), command.Email, command.IsVouchedFor, command.Hash, options.Value.ConfirmWithin, time));
        if (decided.Decided.Recorded is [SenderConfirmationAsked])
        {
            Permits.Take(session, command.Claim, null, command.Uses, time);
        }

        return decided;
    }

    /// <param name="email">The address that the provider was asked about.</param>
    /// <param name="isVouchedFor">What it said.</param>
    /// <param name="hash">Of the token of a new link.</param>
    /// <param name="within">How long that works.</param>
    public static Outcome Decide(Sender sender, string? email, bool isVouchedFor, string hash, TimeSpan within, DateTimeOffset now) =>
        SenderDirectory.IsActive(sender) is { } refusal ? Outcome.Refuse(refusal)
        : sender.Settings.Email is null ? Outcome.Refuse(new Refusal(
            "sender-without-email", "There is no e-mail address to verify: give the sender one. Phone numbers need no verification.", RefusalKind.Invalid))
        : sender.Settings.Email != email ? Outcome.Refuse(new Refusal("concurrent-change", "Somebody changed the address at the same moment. Try again."))
        : sender.VerifiedAt is not null ? Outcome.Nothing
        : isVouchedFor ? Outcome.Record(new SenderVerified(VerifiedBy.Provider, now))
        : now < sender.Confirmation?.AskedAt + Gap ? Outcome.Refuse(new Refusal(
            "confirmation-just-sent", "A link went to the address less than a minute ago. Look into its mailbox, and ask for another one later."))
        : Outcome.Record(new SenderConfirmationAsked(hash, now, now + within));

    /// <summary>What is kept of a link's token.</summary>
    internal static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}

static class VerifySenderEndpoints
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/senders/{id:guid}/verify", Handle).WithName(nameof(VerifySender))
            .WithSummary("Verify its address: 200 when the provider vouches for it, 202 when a link to confirm it with was sent there")
            .Produces<SenderView>().Produces<SenderView>(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .ProducesProblem(StatusCodes.Status429TooManyRequests).ProducesProblem(StatusCodes.Status502BadGateway);

    static async Task<IResult> Handle(
        Guid id, ApiRequest request, MessageProviders providers, SingleMessages messages, IOptions<SendersOptions> options, PublicUrl publicUrl,
        SenderHealths healths, CancellationToken ct)
    {
        var tenantId = request.TenantId;
        var before = (await request.Store.Load<Sender>(tenantId, id, ct)).State;
        var email = before.Settings.Email;
        var isOpen = email is not null && before is { VerifiedAt: null, Retired: false };
        var isVouchedFor = isOpen && await providers.For(Channel.Email).HasVerified(tenantId, email!, ct);
        if (isOpen && !isVouchedFor && publicUrl.Of("") is null)
        {
            return new Refusal(
                "public-url-missing", "The server does not know its own address, which the link would begin with: its operator sets PublicUrl.").ToProblem();
        }

        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var hash = VerifySenderHandler.Hash(token);
        var claim = Guid.CreateVersion7(request.Now);
        IReadOnlyDictionary<Limit, int> uses = isOpen && !isVouchedFor ? Uses(tenantId, options.Value) : new Dictionary<Limit, int>();
        Decided<Sender> decided;
        try
        {
            decided = await request.Decide<Sender>(new VerifySender(id, email, isVouchedFor, hash, claim, uses), ct);
        }
        catch (Exception error) when (Races.PermitsWereTaken(error))
        {
            return await messages.LimitReached(request, uses, ct);
        }

        if (decided.Refusal is not null || decided.Stream.State.Confirmation?.Hash != hash)
        {
            return await SenderView.Answer(request, healths, decided, ct);
        }

        var organisation = await request.Store.Load<Organisation>(tenantId, Organisation.StreamId(tenantId), ct);
        var link = publicUrl.Of(ConfirmSenderEndpoints.Path.TrimStart('/') + token)!;
        var mail = Mail(id, tenantId, hash, options.Value.ConfirmFrom ?? email!, email!, organisation.State.Settings.Name, link);
        request.SetETag(decided.Stream.Version);
        return (await messages.Send(mail, Channel.Email, claim, ct)).Problem()
            ?? Results.Accepted(null, await SenderView.Read(request, healths, decided.Stream, ct));
    }

    static Dictionary<Limit, int> Uses(string tenantId, SendersOptions options) => options.ConfirmationsPerHour is > 0 and var most
        ? new() { [new Limit(LimitKind.Confirmations, $"organisation:{tenantId}:confirmations", most, TimeSpan.FromHours(1))] = 1 }
        : [];

    static OutgoingEmail Mail(Guid id, string tenantId, string hash, string from, string email, string organisation, Uri link)
    {
        var who = string.IsNullOrWhiteSpace(organisation) ? "Somebody" : organisation;
        var ask = $"{who} would like to send e-mail as {email}. If that is right, confirm it here:";
        const string otherwise = "If you know nothing of it, do nothing.";
        return new OutgoingEmail(
            $"confirm-{hash[..32]}", tenantId, id.ToString("N"), new SenderAddress(from), email, null,
            "Confirm your address",
            $"<p>{WebUtility.HtmlEncode(ask)}</p>"
                + $"<p><a href=\"{WebUtility.HtmlEncode(link.AbsoluteUri)}\">Confirm {WebUtility.HtmlEncode(email)}</a></p><p>{otherwise}</p>",
            $"{ask}\n\n{link.AbsoluteUri}\n\n{otherwise}\n")
        {
            Untracked = true, // a link that the provider rewrites and reports is no secret of the mailbox any more
        };
    }
}
