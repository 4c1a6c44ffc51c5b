using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Campaigns.Http;

/// <summary>
/// A change in part, as a merge patch says it (RFC 7396): a member that is given replaces, null removes, an object is merged, and what is not named stays.
/// </summary>
/// <typeparam name="T">What a PUT takes in the same place.</typeparam>
sealed class MergePatch<T> : IEndpointParameterMetadataProvider
    where T : class
{
    const string MediaType = "application/merge-patch+json";

    static readonly JsonDocumentOptions Once = new() { AllowDuplicateProperties = false };

    readonly JsonObject patch;
    readonly JsonSerializerOptions options;

    MergePatch(JsonObject patch, JsonSerializerOptions options) => (this.patch, this.options) = (patch, options);

    public static async ValueTask<MergePatch<T>?> BindAsync(HttpContext http)
    {
        var options = http.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        try
        {
            if (await JsonNode.ParseAsync(http.Request.Body, null, Once, http.RequestAborted) is not JsonObject patch)
            {
                throw new BadHttpRequestException("A merge patch is a JSON object with the members that change.");
            }

            ReadTexts(patch);
            return new MergePatch<T>(patch, options);
        }
        catch (JsonException error)
        {
            throw new BadHttpRequestException("The body cannot be read.", error);
        }
        catch (InvalidOperationException error)
        {
            // Half a surrogate pair, in a name or a value: no text.
            throw new BadHttpRequestException("The body cannot be read.", new JsonException(error.Message));
        }
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new AcceptsMetadata([MediaType, "application/json"], typeof(T)));

    // Names and values are read when somebody asks for them: here, and not in the middle of the merge.
    static void ReadTexts(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject members:
                foreach (var (_, value) in members)
                {
                    ReadTexts(value);
                }

                break;
            case JsonArray items:
                foreach (var item in items)
                {
                    ReadTexts(item);
                }

                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                value.GetValue<string>();
                break;
        }
    }

    /// <summary>What comes of it: the input of a PUT with the same effect.</summary>
    /// <exception cref="BadHttpRequestException">It names members that there are not, or gives one a value of another kind.</exception>
    public T Apply(T current)
    {
        try
        {
            var merged = JsonSerializer.SerializeToNode(current, options)!.AsObject();
            Merge(merged, (JsonObject)patch.DeepClone(), options.GetTypeInfo(typeof(T)), "$");
            return merged.Deserialize<T>(options)!;
        }
        catch (JsonException error)
        {
            // Without the line: it is none of the caller's text.
            throw new BadHttpRequestException(error.Message, new JsonException(error.Message, error.Path, null, null));
        }
    }

    /// <summary>Gives the members of one of its objects the names under which they are kept; those without one stay, to be refused.</summary>
    public void Rename(string member, Func<string, string?> name)
    {
        if (patch.FirstOrDefault(each => each.Key.Equals(member, StringComparison.OrdinalIgnoreCase)).Value is not JsonObject named)
        {
            return;
        }

        foreach (var (given, value) in named.ToList())
        {
            if (name(given) is { } kept && kept != given && !named.ContainsKey(kept))
            {
                named.Remove(given);
                named[kept] = value;
            }
        }
    }

    void Merge(JsonObject target, JsonObject change, JsonTypeInfo type, string path)
    {
        foreach (var (given, value) in change.ToList())
        {
            var (name, member) = Find(type, given)
                ?? throw new JsonException($"The JSON property '{given}' could not be mapped.", $"{path}.{given}", null, null);
            change.Remove(given);
            if (value is null)
            {
                target.Remove(name);
            }
            else if (value is JsonObject inner && member.Kind is JsonTypeInfoKind.Object or JsonTypeInfoKind.Dictionary)
            {
                if (target[name] is not JsonObject merged)
                {
                    target[name] = merged = [];
                }

                Merge(merged, inner, member, $"{path}.{name}");
            }
            else
            {
                target[name] = value;
            }
        }
    }

    /// <summary>A member by its name in any letter case, as the input of a PUT is read.</summary>
    (string Name, JsonTypeInfo Type)? Find(JsonTypeInfo type, string given) => type.Kind == JsonTypeInfoKind.Dictionary
        ? (given, options.GetTypeInfo(type.ElementType!))
        : type.Properties.FirstOrDefault(property => property.Name.Equals(given, StringComparison.OrdinalIgnoreCase)) is { } member
            ? (member.Name, options.GetTypeInfo(Nullable.GetUnderlyingType(member.PropertyType) ?? member.PropertyType))
            : null;
}
