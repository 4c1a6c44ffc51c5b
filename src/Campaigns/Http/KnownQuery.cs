using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Http;

/// <summary>
/// Refuses parameters of a query that an endpoint of the API does not take: a filter with a typing error in its name would let everything through. What
/// each takes is what the framework reads from its signature, which the description of the API shows too.
/// </summary>
sealed class KnownQueryMiddleware(RequestDelegate next, IApiDescriptionGroupCollectionProvider descriptions)
{
    readonly Lazy<FrozenDictionary<string, string[]>> known = new(() => Read(descriptions));

    public Task InvokeAsync(HttpContext http)
    {
        if (http.Request.Query is not { Count: > 0 } query
            || http.GetEndpoint()?.Metadata.GetMetadata<KnownQuery>() is null
            || http.GetEndpoint()?.Metadata.GetMetadata<IEndpointNameMetadata>() is not { EndpointName: var name })
        {
            return next(http);
        }

        var allowed = known.Value.GetValueOrDefault(name) ?? [];
        var unknown = query.Keys.Where(key => !allowed.Contains(key, StringComparer.OrdinalIgnoreCase)).ToArray();
        return unknown.Length == 0
            ? next(http)
            : Problems.Problem(
                "query-unknown",
                $"There is no parameter {string.Join(", ", unknown.Select(key => $"'{key}'"))} here: "
                + (allowed.Length == 0 ? "no parameters are taken." : $"{string.Join(", ", allowed)} {(allowed.Length == 1 ? "is" : "are")} taken."),
                StatusCodes.Status400BadRequest, ("unknown", unknown), ("allowed", allowed)).ExecuteAsync(http);
    }

    static FrozenDictionary<string, string[]> Read(IApiDescriptionGroupCollectionProvider descriptions) =>
        descriptions.ApiDescriptionGroups.Items.SelectMany(group => group.Items)
            .Select(call => (
                Name: call.ActionDescriptor.EndpointMetadata.OfType<IEndpointNameMetadata>().LastOrDefault()?.EndpointName,
                Query: call.ParameterDescriptions.Where(parameter => parameter.Source == BindingSource.Query).Select(parameter => parameter.Name)))
            .Where(call => call.Name is not null)
            .ToFrozenDictionary(call => call.Name!, call => call.Query.ToArray());
}

/// <summary>On an endpoint: it takes no parameters in the query but its own.</summary>
sealed class KnownQuery;
