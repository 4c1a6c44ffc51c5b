using System.Globalization;
using Campaigns.Audience.Offers;

namespace Campaigns.Recipients;

/// <summary>Offers as templates find them.</summary>
static class QuotedOffers
{
    /// <summary>The fields of a recipient with how many offers there are beside them, and those of each offer.</summary>
    /// <param name="offers">Null where the message is about none.</param>
    public static (IReadOnlyDictionary<string, string?> Fields, IReadOnlyList<IReadOnlyDictionary<string, string?>>? Offers) AddTo(
        IReadOnlyDictionary<string, string?> fields, IReadOnlyList<QuotedOffer>? offers) => offers is null ? (fields, null)
        : (
            new Dictionary<string, string?>(fields, StringComparer.Ordinal) { [OfferFields.Count] = offers.Count.ToString(CultureInfo.InvariantCulture) },
            [.. offers.Select(offer => offer.Fields.ToDictionary(field => field.Key, field => (string?)field.Value, StringComparer.Ordinal))]);
}
