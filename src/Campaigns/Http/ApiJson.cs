using System.Text.Json;
using System.Text.Json.Serialization;

namespace Campaigns.Http;

static class ApiJson
{
    /// <summary>camelCase, enums as words, times with their zone; an unknown member is an error, because it is most often a misspelt one, and so is one that comes twice.</summary>
    public static void Configure(JsonSerializerOptions options)
    {
        options.Converters.Add(new WordConverter());
        options.Converters.Add(new ZonedTime());
        options.AllowDuplicateProperties = false;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        options.NumberHandling = JsonNumberHandling.Strict;
    }
}
