using Campaigns.Http;
using Campaigns.Recipients;
using Campaigns.Storage;
using Campaigns.Tenancy;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Wolverine;

namespace Campaigns.Providers;

/// <summary>Which credentials are set. What they are is never shown again.</summary>
/// <param name="Fingerprint">Differs where the credentials do.</param>
public sealed record CredentialsView(string Provider, string Fingerprint, DateTimeOffset Since);

/// <summary>Puts new credentials in the place of those before. They come encrypted: what they are stands in no message.</summary>
/// <param name="Compromised">Nothing that was set before is accepted any more.</param>
public sealed record SetCredentials(
    CredentialsSet Fact,
    SealedCredentials Sealed,
    bool Compromised);

/// <summary>Has what the operator configured used again.</summary>
/// <param name="VerifyWebhooks">They go on to verify webhooks for a while, unless they are compromised.</param>
/// <param name="Compromised">Nothing that was set before is accepted any more, nor what was removed already.</param>
public sealed record RemoveCredentials(
    string Provider,
    bool VerifyWebhooks,
    bool Compromised);

public static class CredentialsHandler
{
    public static async Task<(Decided<ProviderCredentials>, OutgoingMessages)> Handle(
        SetCredentials command, IDocumentSession session, Caller caller, CancellationToken ct)
    {
        var stream = await session.Events.FetchForWriting<ProviderCredentials>(ProviderCredentials.StreamId(session.TenantId, command.Fact.Provider), ct);
        var decided = caller.Record(stream, Outcome.Record(command.Fact));
        if (decided.Decided.Refusal is null)
        {
            if (command.Compromised)
            {
                Credentials.Delete(session, command.Fact.Provider);
            }

            Credentials.Replace(session, command.Fact, command.Sealed);
        }

        return decided;
    }

    public static async Task<(Decided<ProviderCredentials>, OutgoingMessages)> Handle(
        RemoveCredentials command, IDocumentSession session, Caller caller, TimeProvider clock, CancellationToken ct)
    {
        var stream = await session.Events.FetchForWriting<ProviderCredentials>(ProviderCredentials.StreamId(session.TenantId, command.Provider), ct);
        var decided = caller.Record(stream, stream.State().AreSet
            ? Outcome.Record(new CredentialsRemoved(command.Provider))
            : command.Compromised ? Outcome.Nothing
            : Outcome.Refuse(CredentialsEndpoints.NotSet));
        if (decided.Decided.Refusal is null)
        {
            if (command is { VerifyWebhooks: true, Compromised: false })
            {
                Credentials.Supersede(session, command.Provider, clock.Microseconds());
            }
            else
            {
                Credentials.Delete(session, command.Provider);
            }
        }

        return decided;
    }
}

/// <summary>An organisation's own accounts at its providers: set, looked at from outside, removed.</summary>
public static class CredentialsEndpoints
{
    internal static readonly Refusal NotSet = new(
        "credentials-not-set", "Your organisation has no credentials of its own there: what the operator configured is used.", RefusalKind.NotFound);

    static readonly Refusal KeyMissing = new(
        "secrets-key-missing", "This server has no key to keep credentials under. Its operator sets Secrets:Key; docs/operations.md says how.");

    /// <typeparam name="T">The provider's credentials.</typeparam>
    public static void Map<T>(IEndpointRouteBuilder api)
        where T : class, ICredentials
    {
        var path = "/credentials/" + T.Provider;
#pragma warning disable RDG011 // of a body whose type is a parameter nothing can be written when it is built
        api.MapPut(path, Set<T>).RequireScope(KeyScope.Admin).WithName("Set" + typeof(T).Name)
            .WithSummary("Use an account of your own; the credentials are never shown again")
            .Produces<CredentialsView>().ProducesValidationProblem().ProducesProblem(StatusCodes.Status409Conflict);
#pragma warning restore RDG011
        api.MapGet(path, async (ApiRequest request, CancellationToken ct) =>
            {
                var stream = await request.Store.Load<ProviderCredentials>(request.TenantId, StreamId<T>(request), ct);
                return stream.State.AreSet ? Answer<T>(request, stream) : NotSet.ToProblem();
            })
            .WithName("Get" + typeof(T).Name).WithSummary("Whether credentials of your own are set, and since when")
            .Produces<CredentialsView>().ProducesProblem(StatusCodes.Status404NotFound);
        api.MapDelete(path, async (
                ApiRequest request, MessageProviders providers, Credentials credentials, FindUses findUses, CancellationToken ct, bool compromised = false,
                bool force = false) =>
            {
                // What somebody else knows does more harm than messages out of another account.
                if (!compromised && !force && (await request.Store.Load<ProviderCredentials>(request.TenantId, StreamId<T>(request), ct)).State.AreSet
                    && await IsInUse<T>(request, providers, findUses, ct) is { } inUse)
                {
                    return inUse;
                }

                var decided = await request.Decide<ProviderCredentials>(new RemoveCredentials(T.Provider, T.VerifyWebhooks, compromised), ct);
                credentials.Forget(request.TenantId, T.Provider);
                return decided.Refusal?.ToProblem() ?? Results.NoContent();
            })
            .RequireScope(KeyScope.Admin).WithName("Remove" + typeof(T).Name).WithSummary("Use what the operator configured again")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
    }

    /// <summary>What was to go out of one's own account would go out of the operator's.</summary>
    static async Task<IResult?> IsInUse<T>(ApiRequest request, MessageProviders providers, FindUses findUses, CancellationToken ct)
        where T : ICredentials
    {
        UsedThing? thing = providers.Names(CampaignChannels.Email).Contains(T.Provider) ? UsedThing.EmailAccount
            : providers.Names(CampaignChannels.Sms).Contains(T.Provider) ? UsedThing.SmsAccount
            : null;
        return thing is null ? null : InUse.Refuse(
            "The account", await findUses(request.TenantId, thing.Value, null, null, ct),
            "Set other credentials, or cancel them first; with ?force=true it is removed all the same, and what they have left to send goes out of the operator's account.");
    }

    static async Task<IResult> Set<T>(
        T given, ApiRequest request, Credentials credentials, IOptions<SecretsOptions> secrets, CancellationToken ct, bool compromised = false)
        where T : class, ICredentials
    {
        var errors = given.Errors();
        if (errors.Count > 0)
        {
            return Problems.Invalid(errors);
        }

        if (!secrets.Value.HasKey)
        {
            return KeyMissing.ToProblem();
        }

        var (fact, anew) = credentials.Seal(request.TenantId, given, request.Now);
        var decided = await request.Decide<ProviderCredentials>(new SetCredentials(fact, anew, compromised), ct);
        credentials.Forget(request.TenantId, T.Provider);
        return decided.Refusal?.ToProblem() ?? Answer<T>(request, decided.Stream);
    }

    static Guid StreamId<T>(ApiRequest request)
        where T : ICredentials => ProviderCredentials.StreamId(request.TenantId, T.Provider);

    static IResult Answer<T>(ApiRequest request, StreamState<ProviderCredentials> stream)
        where T : ICredentials
    {
        request.SetETag(stream.Version);
        return Results.Ok(new CredentialsView(T.Provider, stream.State.Fingerprint!, stream.State.Since!.Value));
    }
}
