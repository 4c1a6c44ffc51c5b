using Campaigns.Audience;
using Campaigns.Consent;
using Campaigns.Http;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Wolverine;
using Wolverine.ErrorHandling;
using Wolverine.Runtime.Handlers;

namespace Campaigns.Providers.SendGrid;

/// <summary>Keeps the provider's suppression lists and ours in step.</summary>
public static class ProviderSuppressionsHandler
{
    static readonly string ReadSuppressed = Sql.Beside(typeof(ProviderSuppressionsHandler), nameof(ReadSuppressed));

    /// <summary>About half a day, in the 25 attempts that Wolverine counts to: what a person asked for is not given up because the provider is away for an hour, or its account cannot be opened.</summary>
    public static void Configure(HandlerChain chain) =>
        chain.OnException(error => !Races.Lost(error) && !MessageFence.Refused(error))
            .ScheduleRetry([.. Enumerable.Range(0, 24).Select(times => TimeSpan.FromSeconds(Math.Min(1 << times, 3600)))])
            .Then.MoveToErrorQueue();

    public static async Task Handle(SuppressAtProvider message, Envelope envelope, SendGridSuppressions sendGrid, CancellationToken ct)
    {
        if (await sendGrid.AreOurs(envelope.TenantId!, ct))
        {
            await sendGrid.Add(envelope.TenantId!, message.Address, ct);
        }
    }

    public static async Task Handle(ReinstateAtProvider message, Envelope envelope, SendGridSuppressions sendGrid, CancellationToken ct)
    {
        if (await sendGrid.AreOurs(envelope.TenantId!, ct))
        {
            await sendGrid.Remove(envelope.TenantId!, message.Address, ct);
        }
    }

    public static async Task Handle(EraseAtProvider message, Envelope envelope, SendGridSuppressions sendGrid, CancellationToken ct)
    {
        if (await sendGrid.AreOurs(envelope.TenantId!, ct))
        {
            await sendGrid.Erase(envelope.TenantId!, message.Address, ct);
        }
    }

    public static async Task<OutgoingMessages> Handle(
        ImportSuppressions message, IDocumentSession session, SendGridSuppressions sendGrid, CancellationToken ct)
    {
        if (!await sendGrid.AreOurs(session.TenantId, ct))
        {
            return [];
        }

        var read = await sendGrid.Read(session.TenantId, message.List, message.Offset, ct);
        var addresses = read.Select(EmailAddress.Normalise).OfType<string>().Distinct(StringComparer.Ordinal).ToArray();
        var reason = SendGridSuppressions.Lists[message.List];
        var known = await session.DocumentStore.Database.Query(
            ReadSuppressed, reader => (Address: reader.GetString(0), Reason: reader.Word<SuppressionReason>(1)), ct, session.TenantId, addresses);
        foreach (var address in addresses.Except(known.Where(row => row.Reason >= reason).Select(row => row.Address), StringComparer.Ordinal))
        {
            session.Append<Suppression>(
                Suppression.StreamId(session.TenantId, address), ExpectedVersion.Any, new AddressSuppressed(address, reason, $"sendgrid {message.List}"));
        }

        return read.Count == SendGridSuppressions.PageSize ? [message with { Offset = message.Offset + read.Count }] : [];
    }
}

/// <summary>Has the provider's lists read into ours.</summary>
public sealed record AskForSuppressions;

/// <param name="Lists">That are read.</param>
public sealed record SuppressionImportAsked(IReadOnlyList<string> Lists);

public static class AskForSuppressionsHandler
{
    public static (SuppressionImportAsked, OutgoingMessages) Handle(AskForSuppressions command, IDocumentSession session, Caller caller)
    {
        caller.Keep();
        IReadOnlyList<string> lists = [.. SendGridSuppressions.Lists.Keys];
        return (new SuppressionImportAsked(lists), [.. lists.Select(list => new ImportSuppressions(list, 0))]);
    }
}

static class ProviderSuppressionsEndpoints
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/suppressions/import-from-provider", Import).WithName(nameof(ImportSuppressions))
            .WithSummary("Read the provider's lists of bounces, invalid addresses, complaints and unsubscriptions into ours")
            .Produces(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status409Conflict);

    static async Task<IResult> Import(ApiRequest request, SendGridSuppressions sendGrid, CancellationToken ct)
    {
        if (!await sendGrid.AreOurs(request.TenantId, ct))
        {
            return new Refusal(
                "account-shared",
                "Your organisation has no SendGrid account of its own, and the lists of the shared one are not yours: PUT /api/v1/credentials/sendgrid.")
                .ToProblem();
        }

        await request.Send<SuppressionImportAsked>(new AskForSuppressions(), ct);
        return TypedResults.Accepted("/api/v1/suppressions");
    }
}
