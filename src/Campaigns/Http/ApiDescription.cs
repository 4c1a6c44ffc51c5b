using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Campaigns.Http;

/// <summary>What <c>/openapi/v1.json</c> says beside what the endpoints say of themselves: what they all have in common.</summary>
static class ApiDescription
{
    const string KeyScheme = "apiKey";

    static readonly Dictionary<string, string> Parameters = new(StringComparer.OrdinalIgnoreCase)
    {
        ["id"] = "Of the thing that the path names.",
        ["limit"] = $"Rows of a page: {PageRequest.DefaultLimit}, at most {PageRequest.LargestLimit}.",
        ["cursor"] = "The next of the page before; without it, the first page.",
        ["status"] = "Only those in this state; of campaigns several too, each as a parameter of its own.",
        ["state"] = "Only messages in this state.",
        ["open"] = "Only those that still wait for a person.",
        ["seconds"] = "The longest that the request works: 30, at most 300.",
        ["queue"] = "Only messages of this queue.",
        ["kind"] = "Only messages of this kind.",
        ["archived"] = "With true, the archived ones.",
        ["reached"] = "With true, only those who can be reached over a channel of the campaign; with false, only the others.",
        ["retired"] = "With true, the retired ones as well.",
        ["newestFirst"] = "With true, from the end of the stream.",
        ["search"] = "Only those in which this stands: in the name of a campaign; in the address, the number or the name of a contact.",
        ["email"] = "Only the contact with this address.",
        ["phone"] = "Only contacts with this telephone number.",
        ["address"] = "Only this address.",
        ["contactId"] = "Of the contact.",
        ["list"] = "The id of a list; of an import a name too, and the list is made when there is none of that name.",
        ["reference"] = "The column by which an offer is known among those of its contact; without it the fields are.",
        ["others"] = "What becomes of offers that the contacts of the file had and the file does not name: keep (the default) or remove.",
        ["existing"] = "What becomes of contacts that were there before: keep (the default), update or fill.",
        ["dryRun"] = "With true, it only says what would become of the rows: no contact, list or member is made or changed.",
        ["map"] = "What a column of the file is, as in Kontakt-Mail:email, Foo:attributes.bar, and Notes:- to leave it out; each column as a parameter of its own. One without a value goes by the names again.",
        ["format"] = "csv downloads all rows at once; of recipients ndjson too, as Accept does.",
        ["late"] = "With true, only those that were signed too long ago to be read by themselves; with false, only the others.",
        ["force"] = "With true, also where it would be refused as a mistake: a launch that nobody would get or of which most messages would fail, the removal of an account that campaigns need.",
        ["compromised"] = "With true, what was set before is not accepted any more, not for webhooks under way either: somebody else knows it.",
        ["token"] = "As it stands in the link.",
        ["organisation"] = "The short name of the organisation whose messages it is about.",
    };

    public static void Configure(OpenApiOptions options)
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "Campaigns",
                Version = "v1",
                Description = "Outreach campaigns. Refusals are problem documents (RFC 9457) whose type is /problems/ and a code that stays the same.",
            };
            var operations = document.Paths.Values.SelectMany(path => path.Operations is { } all ? all.Values.AsEnumerable() : []);
            document.Tags = operations.SelectMany(operation => operation.Tags ?? new HashSet<OpenApiTagReference>())
                .Select(tag => tag.Reference.Id!).Distinct().Order().Select(name => new OpenApiTag { Name = name }).ToHashSet();
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
            document.Components.SecuritySchemes[KeyScheme] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "An API key, cmp_..., of your organisation. X-Api-Key takes it as well.",
            };
            SchemaDescription.NameWords(document);
            SchemaDescription.DescribePatches(document);
            return Task.CompletedTask;
        });
        options.AddSchemaTransformer(SchemaDescription.Complete);
        options.AddOperationTransformer((operation, context, _) =>
        {
            foreach (var parameter in operation.Parameters ?? [])
            {
                parameter.Description ??= Parameters.GetValueOrDefault(parameter.Name ?? "");
                var given = context.Description.ParameterDescriptions.FirstOrDefault(each => each.Name == parameter.Name)?.ParameterDescriptor?.ParameterType;
                if (parameter is OpenApiParameter described)
                {
                    described.Required &= given is not { IsArray: true }; // it may come any number of times
                    described.Schema = SchemaDescription.DescribeWords(given, context.Document!) ?? described.Schema;
                }
            }

            foreach (var media in context.Description.ActionDescriptor.EndpointMetadata.OfType<OtherFormats>().SelectMany(formats => formats.MediaTypes))
            {
                operation.Responses?["200"].Content?.Add(media, new OpenApiMediaType { Schema = new OpenApiSchema { Type = JsonSchemaType.String } });
            }

            if (context.Description.RelativePath?.Split('/') is { } parts && (parts is ["api", _, var under, ..] ? under : parts[0]) is var subject)
            {
                // Instead of the classes that happen to hold the endpoints.
                operation.Tags = new HashSet<OpenApiTagReference> { new(subject, context.Document) };
            }

            if (context.Description.RelativePath?.StartsWith("api/", StringComparison.Ordinal) == true)
            {
                DescribeCall(operation, context.Description.HttpMethod, context.Document!);
                if (context.Description.ActionDescriptor.EndpointMetadata.OfType<AnswersLater>().Any())
                {
                    operation.Parameters!.Add(Header("Prefer", "With respond-async it is answered at once with 202, and the work is done without anyone waiting (RFC 7240)."));
                }
            }

            return Task.CompletedTask;
        });
    }

    static void DescribeCall(OpenApiOperation operation, string? method, OpenApiDocument document)
    {
        operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(KeyScheme, document)] = [] }];
        operation.Responses ??= [];
        Refused(operation, "400", "The input cannot be read, or errors names the members that are wrong.", document);
        Refused(operation, "401", "No key, or not a valid one.", document);
        Refused(operation, "429", "Too many requests, or too many wrong keys: Retry-After says when to come again.", document);
        if (method != "GET")
        {
            Refused(operation, "403", "The key's scope does not go so far: needed names the one that does.", document);
        }

        operation.Parameters ??= [];
        if (method == "POST")
        {
            operation.Parameters.Add(Header("Idempotency-Key", "A key of your own: the request with it is carried out once, however often it is sent."));
        }
        else if (method is "PUT" or "PATCH")
        {
            operation.Parameters.Add(Header("If-Match", "The ETag that was read: a change in between is refused."));
            Refused(operation, "412", "Changed since it was read.", document);
        }
    }

    static void Refused(OpenApiOperation operation, string status, string description, OpenApiDocument document) =>
        operation.Responses!.TryAdd(status, new OpenApiResponse
        {
            Description = description,
            Content = new Dictionary<string, OpenApiMediaType>
            {
                ["application/problem+json"] = new() { Schema = new OpenApiSchemaReference("ProblemDetails", document) },
            },
        });

    static OpenApiParameter Header(string name, string description) => new()
    {
        Name = name, In = ParameterLocation.Header, Description = description, Schema = new OpenApiSchema { Type = JsonSchemaType.String },
    };
}
