using System.Text.Json;
using System.Text.Json.Serialization;

namespace Campaigns.Storage;

/// <summary>The stored form of events, states and messages: camelCase members, enums as words, absent instead of null.</summary>
public static class StoredJson
{
    public static readonly JsonSerializerOptions Options = Configure(new JsonSerializerOptions(JsonSerializerDefaults.Web));

    /// <summary>Makes serializers of the packages write and read that form.</summary>
    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.Converters.Add(new JsonStringEnumConverter());
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.AllowDuplicateProperties = false;
        return options;
    }
}
