using System.Text.Json;
using Campaigns.Http;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;
using NpgsqlTypes;

namespace Campaigns.Audience.Offers;

/// <param name="Offers">All that the contact is to have; others it had go.</param>
public sealed record OffersInput(IReadOnlyList<OfferInput> Offers);

/// <summary>Gives a contact offers in place of those it had.</summary>
public sealed record SetOffers(Guid ContactId, IReadOnlyList<OfferInput> Offers);

public static class SetOffersHandler
{
    static readonly string HoldContactRow = Sql.Beside<Offer>(nameof(HoldContactRow));
    static readonly string DeleteOtherOffers = Sql.Beside<Offer>(nameof(DeleteOtherOffers));
    static readonly string KeepOffers = Sql.Beside<Offer>(nameof(KeepOffers));

    // A contact that was removed since the caller looked is refused by the commit, as one that never was.
    public static ContactKept Handle(SetOffers command, IDocumentSession session, Caller caller, TimeProvider clock)
    {
        Guid[] ids = [.. command.Offers.Select(offer => DerivedId.Offer(command.ContactId, offer.Reference!))];
        session.Expect<Contact>(command.ContactId, HoldContactRow, session.TenantId, command.ContactId);
        session.Sql(DeleteOtherOffers, session.TenantId, command.ContactId, ids);
        if (ids.Length > 0)
        {
            session.Sql(
                KeepOffers, session.TenantId, Enumerable.Repeat(command.ContactId, ids.Length).ToArray(), ids, command.Offers.Select(offer => offer.Reference).ToArray(),
                new NpgsqlParameter { Value = command.Offers.Select(offer => JsonSerializer.Serialize(offer.Fields)).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb },
                null, clock.Microseconds());
        }

        caller.Keep();
        return new ContactKept(command.ContactId);
    }
}

static class OffersOfContactEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPut("/contacts/{id:guid}/offers", Set)
            .WithName("SetOffers").WithSummary("Give a contact offers in place of those it had: what messages can be about, as the properties of an agent")
            .Produces<OffersView>().ProducesValidationProblem().ProducesProblem(StatusCodes.Status404NotFound);
        api.MapGet("/contacts/{id:guid}/offers", List)
            .WithName("ListOffers").WithSummary("The offers of a contact").Produces<OffersView>().ProducesProblem(StatusCodes.Status404NotFound);
    }

    static async Task<IResult> Set(Guid id, OffersInput input, ApiRequest request, CancellationToken ct)
    {
        var errors = new Dictionary<string, string[]>(StringComparer.Ordinal);
        if (input.Offers is not { Count: <= Offer.Most } || input.Offers.Any(offer => offer is null))
        {
            errors["offers"] = [$"At most {Offer.Most} offers; an empty list takes all away."];
            return Problems.Invalid(errors);
        }

        var offers = input.Offers.Select(offer => offer.Normalise()).ToList();
        var references = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < offers.Count; i++)
        {
            if ((offers[i].Wrong ?? (references.Add(offers[i].Normal.Reference!) ? null : "There are two of the same reference, or without one and with the same fields.")) is { } wrong)
            {
                errors[$"offers[{i}]"] = [wrong];
            }
        }

        if (errors.Count > 0)
        {
            return Problems.Invalid(errors);
        }

        if (await Contacts.Find(request.Store, request.TenantId, id, ct) is null)
        {
            return Contacts.NotFound.ToProblem();
        }

        await request.Send<ContactKept>(new SetOffers(id, [.. offers.Select(offer => offer.Normal)]), ct);
        return TypedResults.Ok(new OffersView(await ContactOffers.Read(request.Store, request.TenantId, id, ct)));
    }

    static async Task<IResult> List(Guid id, ApiRequest request, CancellationToken ct) =>
        await Contacts.Find(request.Store, request.TenantId, id, ct) is null
            ? Contacts.NotFound.ToProblem()
            : TypedResults.Ok(new OffersView(await ContactOffers.Read(request.Store, request.TenantId, id, ct)));
}

/// <summary>The offers of a contact, by their references.</summary>
public sealed record OffersView(IReadOnlyList<Offer> Offers);

public static class ContactOffers
{
    static readonly string ReadOffers = Sql.Beside<Offer>(nameof(ReadOffers));

    /// <summary>By their references.</summary>
    public static Task<List<Offer>> Read(IDocumentStore store, string tenantId, Guid contactId, CancellationToken ct) =>
        store.Database.Query(ReadOffers, Offer.Read, ct, tenantId, contactId);
}
