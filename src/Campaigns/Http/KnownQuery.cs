using System.Collections.Frozen;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Http;

/// <summary>
/// Refuses parameters of a query that an endpoint of the API does not take: a filter with a typing error in its name would let everything through. And
/// those that come twice where one is taken, which the framework makes one text of, with a comma between; and those whose value is of another kind, to which
/// the framework says no more than 400. What each takes is what the framework reads from its signature, which the description of the API shows too.
/// </summary>
sealed class KnownQueryMiddleware(RequestDelegate next, IApiDescriptionGroupCollectionProvider descriptions)
{
    readonly Lazy<FrozenDictionary<string, Parameter[]>> known = new(() => Read(descriptions));

    public Task InvokeAsync(HttpContext http)
    {
        if (http.Request.Query is not { Count: > 0 } query
            || http.GetEndpoint()?.Metadata.GetMetadata<KnownQuery>() is null
            || http.GetEndpoint()?.Metadata.GetMetadata<IEndpointNameMetadata>() is not { EndpointName: var name })
        {
            return next(http);
        }

        var taken = known.Value.GetValueOrDefault(name) ?? [];
        string[] allowed = [.. taken.Select(parameter => parameter.Name)];
        var unknown = query.Keys.Where(key => !allowed.Contains(key, StringComparer.OrdinalIgnoreCase)).ToArray();
        if (unknown.Length > 0)
        {
            return Problems.Problem(
                "query-unknown",
                $"There is no parameter {Quoted(unknown)} here: "
                + (allowed.Length == 0 ? "no parameters are taken." : $"{string.Join(", ", allowed)} {(allowed.Length == 1 ? "is" : "are")} taken."),
                StatusCodes.Status400BadRequest, ("unknown", unknown), ("allowed", allowed)).ExecuteAsync(http);
        }

        string[] repeated = [.. taken.Where(parameter => !parameter.TakesSeveral && query[parameter.Name].Count > 1).Select(parameter => parameter.Name)];
        if (repeated.Length > 0)
        {
            return Problems.Problem(
                "query-repeated", $"Give {Quoted(repeated)} once: only one is taken.", StatusCodes.Status400BadRequest, ("repeated", repeated)).ExecuteAsync(http);
        }

        return taken.Select(parameter => parameter.WhyNot(query[parameter.Name])).FirstOrDefault(why => why is not null) is { } cannot
            ? Problems.Problem("bad-request", cannot, StatusCodes.Status400BadRequest).ExecuteAsync(http)
            : next(http);
    }

    static string Quoted(string[] names) => string.Join(", ", names.Select(name => $"'{name}'"));

    static FrozenDictionary<string, Parameter[]> Read(IApiDescriptionGroupCollectionProvider descriptions) =>
        descriptions.ApiDescriptionGroups.Items.SelectMany(group => group.Items)
            .Select(call => (
                Name: call.ActionDescriptor.EndpointMetadata.OfType<IEndpointNameMetadata>().LastOrDefault()?.EndpointName,
                Query: call.ParameterDescriptions.Where(parameter => parameter.Source == BindingSource.Query)
                    .Select(parameter => new Parameter(parameter.Name, parameter.Type.IsArray, Nullable.GetUnderlyingType(parameter.Type) ?? parameter.Type))))
            .Where(call => call.Name is not null)
            .ToFrozenDictionary(call => call.Name!, call => call.Query.ToArray());

    sealed record Parameter(string Name, bool TakesSeveral, Type Type)
    {
        /// <returns>Null where the value is of its kind, or there is none.</returns>
        public string? WhyNot(string? value) =>
            string.IsNullOrEmpty(value) ? null
            : Type == typeof(bool) && !bool.TryParse(value, out _) ? $"{Name} cannot be '{value}': it is true or false."
            : Type == typeof(Guid) && !Guid.TryParse(value, out _) ? $"{Name} cannot be '{value}': it is a UUID."
            : Type == typeof(int) && !int.TryParse(value, CultureInfo.InvariantCulture, out _) ? $"{Name} cannot be '{value}': it is a whole number."
            : null;
    }
}

/// <summary>On an endpoint: it takes no parameters in the query but its own, and each as often as it says.</summary>
sealed class KnownQuery;
