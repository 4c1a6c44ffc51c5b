using Campaigns.Audience;
using Campaigns.Audience.Offers;
using Campaigns.Authoring.Formulas;
using Campaigns.Recipients;
using Campaigns.Storage;
using Marten;
using Npgsql;

namespace Campaigns.Planning;

/// <summary>What a campaign is about of each offer: what its formula comes to, and whether the offer is left out.</summary>
public sealed class OfferBook
{
    static readonly string ReadOffersToQuote = Sql.Beside<OfferBook>(nameof(ReadOffersToQuote));

    readonly CompiledFormula formula;
    readonly HashSet<Guid> except;

    OfferBook(CompiledFormula formula, IEnumerable<Guid> except) => (this.formula, this.except) = (formula, [.. except]);

    /// <summary>The values that are worked out.</summary>
    public IEnumerable<string> Names => formula.Names;

    /// <summary>That of a campaign; null where it is about no offers.</summary>
    /// <param name="version">Of its formula; null where it has none.</param>
    public static async Task<OfferBook?> Read(IDocumentStore store, string tenantId, CampaignOffers? offers, long? version, CancellationToken ct) => offers is null ? null
        : new OfferBook(
            offers.FormulaId is { } id && version is { } at ? await FormulaDirectory.Read(store, tenantId, id, at, ct) : CompiledFormula.None,
            offers.Except ?? []);

    /// <summary>What is offered to each of these contacts, by contact; without those to whom nothing is.</summary>
    public async Task<ILookup<Guid, QuotedOffer>> Quote(NpgsqlDataSource database, string tenantId, Guid[] contacts, CancellationToken ct) =>
        (await database.Query(ReadOffersToQuote, OfferToQuote.Read, ct, tenantId, contacts))
            .Select(offer => (offer.ContactId, Quote: Work(offer).Quote))
            .Where(each => each.Quote is not null)
            .ToLookup(each => each.ContactId, each => each.Quote!);

    /// <summary>What an offer comes to.</summary>
    internal WorkedOffer Work(OfferToQuote offer)
    {
        if (except.Contains(offer.Id))
        {
            return new WorkedOffer(null, [], OfferOutcome.LeftOutByHand, null);
        }

        var (reckoned, fields) = formula.WorkOut(offer.Reference, offer.Fields, offer.Contact);
        return reckoned.Why is { } why ? new WorkedOffer(null, [], OfferOutcome.Failed, why)
            : reckoned.IsLeftOut ? new WorkedOffer(null, reckoned.Values, OfferOutcome.LeftOutByFormula, null)
            : new WorkedOffer(new QuotedOffer(offer.Id, offer.Reference, fields), reckoned.Values, OfferOutcome.Offered, null);
    }
}

/// <summary>What becomes of an offer. Failed: the formula cannot be worked out for it.</summary>
public enum OfferOutcome { Offered, LeftOutByHand, LeftOutByFormula, Failed }

/// <param name="Quote">Null unless it is offered.</param>
/// <param name="Why">Why it failed.</param>
sealed record WorkedOffer(QuotedOffer? Quote, IReadOnlyList<ReckonedValue> Values, OfferOutcome Outcome, string? Why);

/// <summary>An offer with what formulas can name.</summary>
/// <param name="Contact">The fields of the contact.</param>
sealed record OfferToQuote(Guid ContactId, Guid Id, string Reference, IReadOnlyDictionary<string, string> Fields, IReadOnlyDictionary<string, string?> Contact)
{
    /// <summary>Reads the columns contact_id, id, reference, fields, email, phone, first_name, last_name, time_zone, attributes.</summary>
    public static OfferToQuote Read(NpgsqlDataReader reader) => new(
        reader.GetGuid(0), reader.GetGuid(1), reader.GetString(2), OfferFields.Read(reader.GetString(3)),
        Audience.Contact.MergeFields(
            reader.TextOrNull(4), reader.TextOrNull(5), reader.TextOrNull(6), reader.TextOrNull(7), reader.TextOrNull(8), reader.GetString(9)));
}
