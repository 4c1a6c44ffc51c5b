using System.Text.Json;
using Campaigns.Http;
using Campaigns.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Authoring;

/// <summary>A template as the API shows it.</summary>
/// <param name="Version">What an <c>If-Match</c> names and a campaign holds on to.</param>
public sealed record TemplateView(Guid Id, long Version, int Revision, bool Archived, string Name, string Subject, string? Html, string? Text, string? Sms, DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    internal static TemplateView Of(StreamState<Template> template, StreamTimes times) => new(
        template.Id, template.Version, template.State.Revision, template.State.Archived, template.State.Content.Name, template.State.Content.Subject,
        template.State.Content.Html, template.State.Content.Text, template.State.Content.Sms, times.CreatedAt, times.UpdatedAt);

    /// <summary>The view of a template that is there, with its entity tag.</summary>
    internal static async Task<TemplateView> Answer(ApiRequest request, StreamState<Template> template, CancellationToken ct)
    {
        request.SetETag(template.Version);
        return Of(template, await StreamTimes.Read(request.Store, request.TenantId, template.Id, ct));
    }
}

/// <summary>The templates of an organisation, to find and to look at.</summary>
public static class Templates
{
    static readonly string ReadTemplates = Sql.Beside<Template>(nameof(ReadTemplates));

    internal static readonly Refusal NotFound = new("not-found", "There is no such template.", RefusalKind.NotFound);

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/templates", List)
            .WithName("ListTemplates").WithSummary("The templates, newest first; archived ones too where asked for").Produces<Page<TemplateView>>();
        api.MapGet("/templates/{id:guid}", Get)
            .WithName("GetTemplate").WithSummary("A template").Produces<TemplateView>().ProducesProblem(StatusCodes.Status404NotFound);
    }

    static async Task<IResult> List([AsParameters] PageRequest page, ApiRequest request, CancellationToken ct, bool archived = false)
    {
        var before = page.AfterId ?? Guid.AllBitsSet;
        var templates = await request.Store.Database.Query(
            ReadTemplates,
            reader => new StreamState<Template>(
                reader.GetGuid(0), JsonSerializer.Deserialize<Template>(reader.GetString(2), StoredJson.Options)!, reader.GetInt64(1)),
            ct, request.TenantId, before, archived, page.Size + 1);
        var times = await StreamTimes.Read(request.Store, request.TenantId, templates.Select(template => template.Id), ct);
        return TypedResults.Ok(Page.Of(
            [.. templates.Select(template => TemplateView.Of(template, times[template.Id]))], page.Size, template => template.Id.ToString()));
    }

    static async Task<IResult> Get(Guid id, ApiRequest request, CancellationToken ct)
    {
        var template = await request.Store.Load<Template>(request.TenantId, id, ct);
        if (template.State.Revision == 0)
        {
            return NotFound.ToProblem();
        }

        return TypedResults.Ok(await TemplateView.Answer(request, template, ct));
    }
}
