using System.IO.Enumeration;
using System.Text.Json;
using System.Text.Json.Serialization;
using Campaigns.Consent;
using Campaigns.Recipients;

namespace Campaigns.Providers;

/// <summary>What follows from a provider's answer.</summary>
/// <param name="Suppresses">Why the address must not be written to any more, if it must not; unreachable: if that is said of several messages.</param>
/// <param name="Throttles">It was too many at once, which concerns everything sent through the account.</param>
/// <param name="Means">For people, where the provider's answer is a code alone.</param>
public sealed record AnswerMeaning(FailureCategory Category, SuppressionReason? Suppresses = null, bool Throttles = false, string? Means = null);

/// <summary>
/// What the answers of a provider mean, as data: providers change their words without notice. A JSON file of sections, each a list of
/// rules of which the first that fits counts. The members <c>category</c>, <c>suppresses</c>, <c>throttles</c> and <c>means</c> of a rule are its
/// meaning; all others are patterns, with <c>*</c> for any text, and fit what the answer says under that name. What it does not say is "".
/// </summary>
public sealed class AnswerTable
{
    static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
        RespectRequiredConstructorParameters = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    readonly IReadOnlyDictionary<string, IReadOnlyList<Rule>> sections;

    AnswerTable(IReadOnlyDictionary<string, IReadOnlyList<Rule>> sections) => this.sections = sections;

    /// <param name="beside">A type in the folder of the table that comes with the program.</param>
    /// <param name="name">Its file name.</param>
    /// <param name="instead">A file to read instead of it, if any.</param>
    /// <exception cref="JsonException">The file is no such table; the message says where.</exception>
    public static AnswerTable Load(Type beside, string name, string? instead = null)
    {
        using var file = string.IsNullOrEmpty(instead)
            ? beside.Assembly.GetManifestResourceStream($"{beside.Namespace}.{name}")
                ?? throw new InvalidOperationException($"{beside.Assembly.GetName().Name} has no embedded {name}.")
            : File.OpenRead(instead);
        return Read(file);
    }

    /// <summary>Null where the table does not say.</summary>
    public AnswerMeaning? Find(string section, params ReadOnlySpan<(string Name, string? Value)> answer)
    {
        foreach (var rule in sections.TryGetValue(section, out var rules) ? rules : [])
        {
            if (rule.Fits(answer))
            {
                return rule.Meaning;
            }
        }

        return null;
    }

    internal static AnswerTable Read(Stream json)
    {
        var rows = JsonSerializer.Deserialize<Dictionary<string, List<Row>>>(json, Json) ?? throw new JsonException("There is no table.");
        return new AnswerTable(rows.ToDictionary(
            section => section.Key, IReadOnlyList<Rule> (section) => section.Value.ConvertAll(row => row.ToRule(section.Key)), StringComparer.Ordinal));
    }

    sealed record Rule(IReadOnlyDictionary<string, string> Patterns, AnswerMeaning Meaning)
    {
        public bool Fits(ReadOnlySpan<(string Name, string? Value)> answer)
        {
            var fitting = 0;
            foreach (var (name, value) in answer)
            {
                if (Patterns.TryGetValue(name, out var pattern))
                {
                    if (!Matches(pattern, value ?? ""))
                    {
                        return false;
                    }

                    fitting++;
                }
            }

            return fitting == Patterns.Count;
        }

        // The framework's own matching takes an empty name for no name at all.
        static bool Matches(string pattern, string value) =>
            value.Length == 0 ? pattern is "" or "*" : FileSystemName.MatchesSimpleExpression(pattern, value);
    }

    sealed record Row(FailureCategory Category, SuppressionReason? Suppresses = null, bool Throttles = false, string? Means = null)
    {
        [JsonExtensionData]
        public Dictionary<string, JsonElement> Patterns { get; init; } = [];

        public Rule ToRule(string section) => new(
            Patterns.ToDictionary(
                pattern => pattern.Key,
                pattern => pattern.Value.ValueKind == JsonValueKind.String
                    ? pattern.Value.GetString()!
                    : throw new JsonException($"{section}: the pattern of {pattern.Key} is no text."),
                StringComparer.Ordinal),
            new AnswerMeaning(Category, Suppresses, Throttles, Means));
    }
}
