using System.Text.Json;
using System.Text.Json.Nodes;

namespace Campaigns.Server.Tests.Support;

/// <summary>An operation of the API, as its own description names it.</summary>
/// <param name="Path">With its parameters in braces.</param>
/// <param name="QueryIds">Parameters of the query that take an id.</param>
/// <param name="TakesCsv">Its body is a file.</param>
sealed record Operation(string Method, string Path, IReadOnlyList<string> QueryIds, JsonElement? Body, bool TakesCsv, JsonElement Document)
{
    public bool TakesId => Path.Contains('{', StringComparison.Ordinal) || QueryIds.Count > 0 || Body is not null || TakesCsv;

    public bool IsRead => Method == "GET";

    public override string ToString() => $"{Method} {Path}";

    /// <summary>All operations of the API, but for webhooks, links and health.</summary>
    public static async Task<List<Operation>> All(HttpClient http)
    {
        var document = JsonDocument.Parse(await http.GetStringAsync("/openapi/v1.json")).RootElement;
        return
        [
            .. document.GetProperty("paths").EnumerateObject().Where(path => path.Name.StartsWith("/api/v1/", StringComparison.Ordinal))
                .SelectMany(path => path.Value.EnumerateObject()
                    .Where(operation => operation.Name is "get" or "put" or "post" or "delete" or "patch")
                    .Select(operation => Read(path, operation, document))),
        ];
    }

    /// <summary>With an id wherever one is wanted: in the path, in the query and everywhere in the body.</summary>
    public HttpRequestMessage With(Guid id)
    {
        var path = System.Text.RegularExpressions.Regex.Replace(Path, @"\{[^}]*\}", id.ToString());
        var query = string.Join('&', QueryIds.Select(name => $"{name}={id}"));
        return new HttpRequestMessage(new HttpMethod(Method), query.Length > 0 ? $"{path}?{query}" : path)
        {
            Content = Body is { } schema ? new StringContent((Fill(schema, id, 0) ?? "null").ToJsonString(), null, "application/json")
                : TakesCsv ? ApiCalls.Csv("email\nsomebody@neighbour.example\n")
                : null,
        };
    }

    static Operation Read(JsonProperty path, JsonProperty operation, JsonElement document)
    {
        var queryIds = operation.Value.TryGetProperty("parameters", out var parameters)
            ? parameters.EnumerateArray().Where(each => each.Text("in") == "query" && each.GetProperty("schema").TryGetProperty("format", out var format) && format.GetString() == "uuid")
                .Select(each => each.Text("name")).ToList()
            : [];
        var content = operation.Value.TryGetProperty("requestBody", out var body) ? body.GetProperty("content") : default;
        JsonElement? json = content.ValueKind == JsonValueKind.Object && content.TryGetProperty("application/json", out var media) ? media.GetProperty("schema") : null;
        return new Operation(
            operation.Name.ToUpperInvariant(), path.Name, queryIds, json, content.ValueKind == JsonValueKind.Object && json is null, document);
    }

    JsonNode? Fill(JsonElement schema, Guid id, int depth)
    {
        if (depth > 8)
        {
            return null;
        }

        if (schema.TryGetProperty("$ref", out var reference))
        {
            return Fill(Document.GetProperty("components").GetProperty("schemas").GetProperty(reference.GetString()!.Split('/')[^1]), id, depth + 1);
        }

        foreach (var choice in new[] { "oneOf", "anyOf", "allOf" })
        {
            if (schema.TryGetProperty(choice, out var choices))
            {
                return Fill(choices.EnumerateArray().First(each => !each.TryGetProperty("type", out var type) || type.ValueKind != JsonValueKind.String || type.GetString() != "null"), id, depth + 1);
            }
        }

        if (schema.TryGetProperty("enum", out var words))
        {
            return JsonValue.Create(words.EnumerateArray().First(word => word.ValueKind == JsonValueKind.String).GetString());
        }

        var kinds = schema.TryGetProperty("type", out var kind) ? kind.ValueKind == JsonValueKind.Array ? [.. kind.EnumerateArray().Select(each => each.GetString()!)] : [kind.GetString()!] : new[] { "object" };
        switch (kinds.First(each => each != "null"))
        {
            case "array":
                return new JsonArray(Fill(schema.GetProperty("items"), id, depth + 1));
            case "boolean":
                return true;
            case "integer" or "number":
                return 1;
            case "string":
                return (schema.TryGetProperty("format", out var format) ? format.GetString() : null) switch
                {
                    "uuid" => id.ToString(),
                    "date-time" => "2031-01-01T00:00:00Z",
                    "email" => "somebody@neighbour.example",
                    "uri" => "https://neighbour.example",
                    _ => "word",
                };
            default:
                var filled = new JsonObject();
                if (schema.TryGetProperty("properties", out var properties))
                {
                    foreach (var property in properties.EnumerateObject())
                    {
                        if (Fill(property.Value, id, depth + 1) is { } value)
                        {
                            filled[property.Name] = value;
                        }
                    }
                }

                return filled;
        }
    }
}
