using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Campaigns.Http;

/// <summary>What the framework does not say of our types, and a generator of clients has to know.</summary>
static class SchemaDescription
{
    /// <summary>Of what is a word: the enumeration.</summary>
    const string WordMark = "word";

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
            var word = WordOf(context.JsonTypeInfo.Type);
            (schema.Type, schema.Enum, schema.Metadata) = (word.Type, word.Enum, word.Metadata);
        }

        // Each names more: traceId, and what its kind of refusal is about.
        schema.AdditionalPropertiesAllowed |= typeof(ProblemDetails).IsAssignableFrom(type);
        foreach (var member in context.JsonTypeInfo.Properties)
        {
            if (member.PropertyType is { IsGenericType: true } list && list.GetGenericArguments() is [{ IsEnum: true } word]
                && list.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) && schema.Properties?[member.Name] is OpenApiSchema described)
            {
                described.Items = WordOf(word);
            }
        }

        // Generators take what has a default for what is always there.
        foreach (var member in schema.Properties?.Values.OfType<OpenApiSchema>().Where(member => member.Default is not null) ?? [])
        {
            (member.Description, member.Default) = (member.Description ?? $"Without it: {member.Default!.ToJsonString()}.", null);
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

        return Refer(type.GetGenericArguments()[0], document);
    }

    /// <summary>
    /// Each word of a member becomes a reference to its enumeration: of converters of our own the framework says what they are where they stand.
    /// </summary>
    public static void NameWords(OpenApiDocument document)
    {
        foreach (var schema in document.Components!.Schemas!.Values.OfType<OpenApiSchema>().ToList())
        {
            foreach (var (name, member) in schema.Properties?.ToList() ?? [])
            {
                if (member is OpenApiSchema { Items: OpenApiSchema { Metadata: { } word } } list && word.TryGetValue(WordMark, out var type))
                {
                    list.Items = Refer((Type)type, document);
                }
                else if (member is OpenApiSchema { Metadata: { } mark } && mark.TryGetValue(WordMark, out type))
                {
                    var reference = Refer(Nullable.GetUnderlyingType((Type)type) ?? (Type)type, document);
                    schema.Properties![name] = Nullable.GetUnderlyingType((Type)type) is null
                        ? reference
                        : new OpenApiSchema { OneOf = [new OpenApiSchema { Type = JsonSchemaType.Null }, reference] };
                }
            }
        }
    }

    static OpenApiSchema WordOf(Type enumeration) => new()
    {
        Type = JsonSchemaType.String,
        Enum = AllOf(Nullable.GetUnderlyingType(enumeration) ?? enumeration),
        Metadata = new Dictionary<string, object> { [WordMark] = enumeration },
    };

    // Under its name, and once: else each generated client has a Status, a Status2 and a Status3.
    static OpenApiSchemaReference Refer(Type enumeration, OpenApiDocument document)
    {
        document.AddComponent(enumeration.Name, new OpenApiSchema { Type = JsonSchemaType.String, Enum = AllOf(enumeration) });
        return new OpenApiSchemaReference(enumeration.Name, document);
    }

    static List<JsonNode> AllOf(Type enumeration) => [.. ApiWords.Of(enumeration).Select(word => (JsonNode)word)];

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
