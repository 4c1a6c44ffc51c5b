using System.Net;
using System.Text;

namespace Campaigns.Providers.Twilio;

/// <summary>The parameters of a webhook, as in a form: what cannot be read is taken as it stands, because the signature covers it.</summary>
public sealed class TwilioForm
{
    readonly SortedDictionary<string, string> parameters = new(StringComparer.Ordinal);

    TwilioForm()
    {
    }

    /// <summary>Sorted by name, letter by letter. Of one name there is one value: several are joined by commas, as Twilio's own code does.</summary>
    public IReadOnlyDictionary<string, string> Parameters => parameters;

    /// <summary>Empty where it is missing.</summary>
    public string this[string name] => parameters.GetValueOrDefault(name, "");

    public static TwilioForm Read(ReadOnlySpan<byte> body) => Read(Encoding.UTF8.GetString(body));

    /// <param name="text">A body, or a query without its question mark.</param>
    public static TwilioForm Read(string text)
    {
        var values = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var pair in text.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split('=', 2);
            var (name, value) = (WebUtility.UrlDecode(parts[0]), parts.Length == 2 ? WebUtility.UrlDecode(parts[1]) : "");
            if (!values.TryGetValue(name, out var all))
            {
                values[name] = all = [];
            }

            all.Add(value);
        }

        var form = new TwilioForm();
        foreach (var (name, all) in values)
        {
            form.parameters[name] = string.Join(',', all);
        }

        return form;
    }
}
