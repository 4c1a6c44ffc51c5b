using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Campaigns.Http;

/// <summary>What the framework does not say of our types, and a generator of clients has to know.</summary>
static class SchemaDescription
{
    /// <summary>
    /// Words are texts, times have their format, and what is null is left out of answers: no member is required that may be null.
    /// </summary>
    public static Task Complete(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken ct)
    {
        var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        if (type == typeof(DateTimeOffset))
        {
            schema.Type = type == context.JsonTypeInfo.Type ? JsonSchemaType.String : JsonSchemaType.String | JsonSchemaType.Null;
            schema.Format = "date-time";
        }
        else if (type.IsEnum)
        {
            schema.Type = JsonSchemaType.String;
        }

        foreach (var member in context.JsonTypeInfo.Properties.Where(MayBeNull))
        {
            schema.Required?.Remove(member.Name);
        }

        return Task.CompletedTask;
    }

    /// <summary>The words of a filter: of a parameter the framework says no more than that it is a text.</summary>
    public static IOpenApiSchema? DescribeWords(Type? parameter, OpenApiDocument document)
    {
        if (parameter is { IsArray: true })
        {
            return DescribeWords(parameter.GetElementType(), document) is { } word ? new OpenApiSchema { Type = JsonSchemaType.Array, Items = word } : null;
        }

        var type = Nullable.GetUnderlyingType(parameter ?? typeof(void)) ?? parameter;
        if (type is not { IsGenericType: true } || type.GetGenericTypeDefinition() != typeof(Word<>))
        {
            return null;
        }

        // Under its name, and once: else each generated client has a Status, a Status2 and a Status3.
        var words = type.GetGenericArguments()[0];
        document.AddComponent(words.Name, new OpenApiSchema
        {
            Type = JsonSchemaType.String, Enum = [.. BodyKinds.Words(words).Split(", ").Select(word => (JsonNode)word)],
        });
        return new OpenApiSchemaReference(words.Name, document);
    }

    /// <summary>Of a merge patch no member is required, and each may be null.</summary>
    public static void DescribePatches(OpenApiDocument document)
    {
        var patches = document.Paths.Values.SelectMany(path => path.Operations ?? []).Where(operation => operation.Key == HttpMethod.Patch);
        foreach (var media in patches.SelectMany(patch => patch.Value.RequestBody?.Content?.Values ?? []))
        {
            if (media is not OpenApiMediaType { Schema: OpenApiSchemaReference { Reference.Id: { } whole } } described)
            {
                continue;
            }

            var name = whole + "Patch";
            if (document.Components!.Schemas!.TryGetValue(whole, out var schema) && !document.Components.Schemas.ContainsKey(name))
            {
                document.AddComponent(name, new OpenApiSchema
                {
                    Type = JsonSchemaType.Object,
                    AdditionalPropertiesAllowed = false,
                    Properties = schema.Properties?.ToDictionary(member => member.Key, member => OrNull(member.Value)),
                });
            }

            described.Schema = new OpenApiSchemaReference(name, document);
        }
    }

    static IOpenApiSchema OrNull(IOpenApiSchema member)
    {
        if (member is not OpenApiSchema || member.OneOf is { Count: > 0 } || member.Type is null)
        {
            return member is OpenApiSchemaReference
                ? new OpenApiSchema { OneOf = [new OpenApiSchema { Type = JsonSchemaType.Null }, member] }
                : member;
        }

        var copy = (OpenApiSchema)member.CreateShallowCopy();
        copy.Type |= JsonSchemaType.Null;
        copy.Default = null; // what is not named stays as it is
        return copy;
    }

    static bool MayBeNull(JsonPropertyInfo member) => Nullable.GetUnderlyingType(member.PropertyType) is not null || member.IsGetNullable;
}
