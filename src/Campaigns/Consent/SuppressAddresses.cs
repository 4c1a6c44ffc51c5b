using Campaigns.Audience;
using Campaigns.Http;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Wolverine;

namespace Campaigns.Consent;

/// <param name="Addresses">Normalised, each once.</param>
public sealed record SuppressAddresses(IReadOnlyList<string> Addresses, SuppressionReason Reason);

/// <summary>Takes an address off the list.</summary>
public sealed record ReinstateAddress(string Address, string Why);

public static class SuppressAddressesHandler
{
    public static SuppressResult Handle(SuppressAddresses command, IDocumentSession session, Caller caller)
    {
        foreach (var address in command.Addresses)
        {
            session.Append<Suppression>(
                Suppression.StreamId(session.TenantId, address), ExpectedVersion.Any,
                new AddressSuppressed(address, command.Reason, $"api: {caller.UserName}"));
        }

        caller.Keep();
        return new SuppressResult(command.Addresses.Count);
    }

    public static async Task<(Decided<Suppression>, OutgoingMessages)> Handle(
        ReinstateAddress command, IDocumentSession session, Caller caller, CancellationToken ct)
    {
        var suppression = await session.Events.FetchForWriting<Suppression>(Suppression.StreamId(session.TenantId, command.Address), ct);
        return caller.Record(suppression, Decide(suppression.State(), command.Address, command.Why));
    }

    static Outcome Decide(Suppression suppression, string address, string why)
    {
        if (!suppression.IsSuppressed)
        {
            return Outcome.Refuse(new Refusal("not-suppressed", "This address is not suppressed.", RefusalKind.NotFound));
        }

        // Only of e-mail addresses does the provider keep lists that we may change.
        var reinstated = Outcome.Record(new AddressReinstated(address, why));
        return EmailAddress.Normalise(address) is null ? reinstated : reinstated.Send(new ReinstateAtProvider(address));
    }
}

/// <summary>The suppression list: look, add, reinstate.</summary>
public static class SuppressAddressesEndpoints
{
    public const int MostAtOnce = 10_000;

    const int MostNamed = 10;
    const int LongestNamed = 100;

    static readonly string ListSuppressions = Sql.Beside<SuppressAddresses>(nameof(ListSuppressions));

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/suppressions", Add).WithName(nameof(SuppressAddresses)).WithSummary("Suppress addresses: no campaign writes to them any more")
            .Produces<SuppressResult>().ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        api.MapGet("/suppressions", async ([AsParameters] PageRequest page, string? address, ApiRequest request, CancellationToken ct) =>
                TypedResults.Ok(await List(
                    request.Store, request.TenantId, address is null ? null : AddressFilter.Read(nameof(address), address), page, ct)))
            .WithName("ListSuppressions").WithSummary("Suppressed addresses with the reason");
        api.MapPost("/suppressions/reinstate", Reinstate).WithName("ReinstateAddress").WithSummary("Take an address off the list, with a reason on record")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .LimitText<ReinstateInput>(input => input.Reason);
    }

    public static async Task<Page<SuppressionView>> List(IDocumentStore store, string tenantId, string? address, PageRequest page, CancellationToken ct)
    {
        var rows = await store.Database.Query(
            ListSuppressions,
            reader => new SuppressionView(
                reader.GetString(0), reader.Word<SuppressionReason>(1), reader.GetString(2), reader.GetFieldValue<DateTimeOffset>(3)),
            ct, tenantId, page.After ?? "", address, page.Size + 1);
        return Page.Of(rows, page.Size, row => row.Address);
    }

    static string? Normalise(string? address) => EmailAddress.Normalise(address) ?? PhoneNumber.Normalise(address);

    static async Task<IResult> Add(SuppressInput input, ApiRequest request, CancellationToken ct)
    {
        var addresses = (input.Addresses ?? []).Select(Normalise).Distinct(StringComparer.Ordinal).ToList();
        if (addresses.Count is 0 or > MostAtOnce || addresses.Contains(null))
        {
            var unusable = (input.Addresses ?? []).Where(address => Normalise(address) is null).Take(MostNamed).Select(address => $"'{(address?.Length > LongestNamed ? address[..LongestNamed] : address)}'").ToList();
            return Problems.Problem(
                "address-invalid",
                $"{(unusable.Count > 0 ? $"No address: {string.Join(", ", unusable)}. " : "")}Give 1 to {MostAtOnce} e-mail addresses, or telephone numbers with "
                + "their country codes; nothing was suppressed.",
                StatusCodes.Status422UnprocessableEntity);
        }

        return Results.Ok(await request.Send<SuppressResult>(
            new SuppressAddresses([.. addresses.OfType<string>()], input.Reason ?? SuppressionReason.Manual), ct));
    }

    static async Task<IResult> Reinstate(ReinstateInput input, ApiRequest request, CancellationToken ct)
    {
        if (string.IsNullOrWhiteSpace(input.Reason))
        {
            return new Refusal("reason-missing", "Say in reason why: it stays on record.", RefusalKind.Invalid).ToProblem();
        }

        var address = Normalise(input.Address) ?? "";
        var decided = await request.Decide<Suppression>(new ReinstateAddress(address, input.Reason), ct);
        return decided.Refusal?.ToProblem() ?? Results.NoContent();
    }
}

public sealed record SuppressInput(IReadOnlyList<string> Addresses, SuppressionReason? Reason = null);

/// <param name="Suppressed">Different addresses that are suppressed now, whether or not they were before.</param>
public sealed record SuppressResult(int Suppressed);

public sealed record ReinstateInput(string Address, string Reason);

public sealed record SuppressionView(string Address, SuppressionReason Reason, string Source, DateTimeOffset Since);
