using Campaigns.Audience;
using Campaigns.Consent;
using Campaigns.Engine;
using Campaigns.Engine.Events;
using Campaigns.Engine.Messages;
using Campaigns.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Providers.SendGrid;

/// <summary>Keeps the provider's suppression lists and ours in step.</summary>
public sealed class ProviderSuppressions(EventStore store, SendGridSuppressions sendGrid)
{
    /// <summary>About a day: what a person asked for is not given up because the provider is away for an hour.</summary>
    public static readonly RetryPolicy Patience = new() { MaxAttempts = 30, LongestWait = TimeSpan.FromHours(1) };

    static readonly string ReadSuppressed = Sql.Beside<ProviderSuppressions>(nameof(ReadSuppressed));

    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/suppressions/import-from-provider", Import).WithName(nameof(ImportSuppressions))
            .WithSummary("Read the provider's lists of bounces, invalid addresses, complaints and unsubscriptions into ours")
            .Produces(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status409Conflict);

    public async Task Handle(SuppressAtProvider message, Delivery delivery, CancellationToken ct)
    {
        if (await sendGrid.AreOurs(delivery.TenantId, ct))
        {
            await sendGrid.Add(delivery.TenantId, message.Address, ct);
        }
    }

    public async Task Handle(ReinstateAtProvider message, Delivery delivery, CancellationToken ct)
    {
        if (await sendGrid.AreOurs(delivery.TenantId, ct))
        {
            await sendGrid.Remove(delivery.TenantId, message.Address, ct);
        }
    }

    public async Task Handle(EraseAtProvider message, Delivery delivery, CancellationToken ct)
    {
        if (await sendGrid.AreOurs(delivery.TenantId, ct))
        {
            await sendGrid.Erase(delivery.TenantId, message.Address, ct);
        }
    }

    public async Task Handle(ImportSuppressions message, Delivery delivery, CancellationToken ct)
    {
        if (!await sendGrid.AreOurs(delivery.TenantId, ct))
        {
            return;
        }

        var read = await sendGrid.Read(delivery.TenantId, message.List, message.Offset, ct);
        var addresses = read.Select(EmailAddress.Normalise).OfType<string>().Distinct(StringComparer.Ordinal).ToArray();
        var reason = SendGridSuppressions.Lists[message.List];
        var known = await store.Database.Query(
            ReadSuppressed, reader => (Address: reader.GetString(0), Reason: reader.Word<SuppressionReason>(1)), ct, delivery.TenantId, addresses);
        var session = delivery.OpenSession();
        foreach (var address in addresses.Except(known.Where(row => row.Reason >= reason).Select(row => row.Address), StringComparer.Ordinal))
        {
            session.Append<Suppression>(
                Suppression.StreamId(session.TenantId, address), ExpectedVersion.Any, new AddressSuppressed(address, reason, $"sendgrid {message.List}"));
        }

        if (read.Count == SendGridSuppressions.PageSize)
        {
            session.Send(message with { Offset = message.Offset + read.Count });
        }

        await session.Commit(ct);
    }

    static async Task<IResult> Import(ApiRequest request, SendGridSuppressions sendGrid, CancellationToken ct)
    {
        if (!await sendGrid.AreOurs(request.TenantId, ct))
        {
            return new Refusal(
                "account-shared",
                "Your organisation has no SendGrid account of its own, and the lists of the shared one are not yours: PUT /api/v1/credentials/sendgrid.")
                .ToProblem();
        }

        var session = request.OpenSession();
        foreach (var list in SendGridSuppressions.Lists.Keys)
        {
            session.Send(new ImportSuppressions(list, 0));
        }

        await session.Commit(ct);
        return TypedResults.Accepted("/api/v1/suppressions");
    }
}
