using Campaigns.Authoring.Rendering;
using Campaigns.Http;
using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Wolverine;

namespace Campaigns.Authoring;

/// <summary>Begins a template; its expressions are checked, a body may come later.</summary>
public sealed record CreateTemplate(Guid TemplateId, TemplateContent Content);

public static class CreateTemplateHandler
{
    public static async Task<(Decided<Template>, OutgoingMessages)> Handle(
        CreateTemplate command, IDocumentSession session, Caller caller, CancellationToken ct)
    {
        var template = await session.Events.FetchForWriting<Template>(command.TemplateId, ct);
        return caller.Record(template, Decide(command.Content, template.State()));
    }

    public static Outcome Decide(TemplateContent content, Template template) =>
        TemplateContentRules.Check(content) is { } refusal ? Outcome.Refuse(refusal)
        : template.Revision > 0 ? Outcome.Nothing
        : Outcome.Record(new TemplateCreated(content));
}

static class CreateTemplateEndpoints
{
    public static void Map(IEndpointRouteBuilder api) => api
        .MapPost("/templates", async (TemplateContent content, ApiRequest request, CancellationToken ct) =>
        {
            var decided = await request.Decide<Template>(new CreateTemplate(Guid.CreateVersion7(request.Now), content), ct);
            if (decided.Refusal is { } refusal)
            {
                return refusal.ToProblem();
            }

            return TypedResults.Created($"/api/v1/templates/{decided.Stream.Id}", await TemplateView.Answer(request, decided.Stream, ct));
        })
        .WithName("CreateTemplate").WithSummary("Make a template")
        .Produces<TemplateView>(StatusCodes.Status201Created)
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
}

/// <summary>What every content must keep to, whoever writes it.</summary>
public static class TemplateContentRules
{
    const int LongestName = 200;
    const int LongestSubject = 998; // a line of a message, RFC 5322
    const int LongestBody = 1_000_000;
    const int LongestSms = 10_000; // with its expressions; what is sent has at most 1,600 characters

    /// <summary>What is wrong with it; null where nothing is.</summary>
    public static Refusal? Check(TemplateContent content)
    {
        if (string.IsNullOrWhiteSpace(content.Name) || content.Name.Length > LongestName)
        {
            return Invalid("name-missing", $"A template has a name of at most {LongestName} characters.");
        }

        if (content.Subject is null || content.Subject.Length > LongestSubject || content.Subject.AsSpan().ContainsAny('\r', '\n'))
        {
            return Invalid("subject-invalid", $"A subject is one line of at most {LongestSubject} characters; it may be empty.");
        }

        return content.Html?.Length > LongestBody || content.Text?.Length > LongestBody
            ? Invalid("body-too-long", $"A body has at most {LongestBody} characters.")
            : content.Sms?.Length > LongestSms ? Invalid("sms-too-long", $"A text message is written in at most {LongestSms} characters.")
            : TemplateRenderer.TryCompile(content, out _, out var refusal) ? null : refusal;
    }

    static Refusal Invalid(string code, string explanation) => new(code, explanation, RefusalKind.Invalid);
}
