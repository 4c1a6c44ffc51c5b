using System.Collections.Frozen;
using System.Globalization;

namespace Campaigns.Authoring.Rendering;

/// <summary>Amounts as people write them: the digits of the currency, the marks of a culture. What is known of both is the framework's.</summary>
static class Money
{
    /// <summary>Where no culture is named.</summary>
    public const string DefaultCulture = "en-US";

    // By ISO 4217 code: how many digits follow the point.
    static readonly Lazy<FrozenDictionary<string, int>> Currencies = new(() => CultureInfo.GetCultures(CultureTypes.SpecificCultures)
        .Select(culture => (Code: new RegionInfo(culture.Name).ISOCurrencySymbol, culture.NumberFormat.CurrencyDecimalDigits))
        .Where(currency => currency.Code.Length == 3)
        .GroupBy(currency => currency.Code, currency => currency.CurrencyDecimalDigits, StringComparer.Ordinal)
        .ToFrozenDictionary(currency => currency.Key, currency => currency.First(), StringComparer.Ordinal));

    // Signs that mean one currency everywhere. A dollar does not: it is only written where the culture's own currency is that dollar, or has another sign.
    static readonly FrozenDictionary<string, string> Signs = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["EUR"] = "€", ["GBP"] = "£", ["USD"] = "$", ["INR"] = "₹", ["JPY"] = "¥",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static bool IsCurrency(string code) => Currencies.Value.ContainsKey(code);

    /// <returns>Null where there is no such culture.</returns>
    public static CultureInfo? Culture(string name)
    {
        try
        {
            var culture = CultureInfo.GetCultureInfo(name.Replace('_', '-'), predefinedOnly: true);
            culture = culture.IsNeutralCulture ? CultureInfo.CreateSpecificCulture(culture.Name) : culture;
            return culture.Name.Length == 0 || new RegionInfo(culture.Name).ISOCurrencySymbol.Length == 0 ? null : culture;
        }
        catch (ArgumentException) // no such culture, or one of no country
        {
            return null;
        }
    }

    /// <summary>1234.5 in EUR is €1,234.50 in en-US and 1.234,50 € in de-DE. Halves are rounded away from zero.</summary>
    public static string Write(decimal amount, string currency, CultureInfo culture)
    {
        var format = (NumberFormatInfo)culture.NumberFormat.Clone();
        var digits = Currencies.Value[currency];
        if (new RegionInfo(culture.Name).ISOCurrencySymbol != currency)
        {
            var sign = Signs.GetValueOrDefault(currency, currency);
            format.CurrencySymbol = sign == format.CurrencySymbol ? currency : sign;
            if (format.CurrencySymbol == currency)
            {
                // Letters stand apart from the amount.
                format.CurrencyPositivePattern = format.CurrencyPositivePattern is 0 or 2 ? 2 : 3;
                format.CurrencyNegativePattern = format.CurrencyPositivePattern == 2 ? 9 : 8;
            }
        }

        format.CurrencyDecimalDigits = digits;
        return Math.Round(amount, digits, MidpointRounding.AwayFromZero).ToString("C", format);
    }
}
