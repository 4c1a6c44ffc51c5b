using Campaigns.Audience;
using Campaigns.Authoring;
using Campaigns.Engine.Events;
using Campaigns.Http;
using Campaigns.Providers;
using Campaigns.Sending;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Planning;

/// <summary>Sends a draft to an address of one's choice. Nothing about the campaign changes.</summary>
public static class TestCampaign
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/campaigns/{id:guid}/test", Handle).WithName(nameof(TestCampaign)).WithSummary("Send a draft to yourself; changes nothing")
            .Produces<TestResult>().ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity).ProducesProblem(StatusCodes.Status502BadGateway);

    public static Refusal? MayTest(Campaign campaign) => CampaignRules.IsDraft(campaign) ?? (campaign.Settings switch
    {
        { TemplateId: null } => new Refusal("campaign-incomplete", "The campaign still needs a template.", RefusalKind.Invalid),
        { From: null } => new Refusal("campaign-incomplete", "The campaign still needs a sender.", RefusalKind.Invalid),
        _ => null,
    });

    static async Task<IResult> Handle(Guid id, TestInput input, ApiRequest request, MessageProviders providers, CancellationToken ct)
    {
        if (EmailAddress.Normalise(input.To) is not { } to)
        {
            return new Refusal("address-invalid", "Give the e-mail address to send the test to.", RefusalKind.Invalid).ToProblem();
        }

        var campaign = await request.Store.Load<Campaign>(request.TenantId, id, ct);
        if (MayTest(campaign.State) is { } refusal)
        {
            return refusal.ToProblem();
        }

        var settings = campaign.State.Settings;
        var template = await request.Store.Load<Template>(request.TenantId, settings.TemplateId!.Value, ct);
        if (!template.State.Content.HasBody)
        {
            return new Refusal("body-missing", "Its template has no body: write one.", RefusalKind.Invalid).ToProblem();
        }

        if (!TemplateRenderer.TryCompile(template.State.Content, out var compiled, out var invalid))
        {
            return invalid.ToProblem();
        }

        var fields = new Dictionary<string, string?>(input.Fields ?? new Dictionary<string, string?>(), StringComparer.Ordinal) { ["email"] = to };
        var rendering = compiled.Render(fields);
        if (rendering is Unrenderable unrenderable)
        {
            return new Refusal("message-unrenderable", unrenderable.Why, RefusalKind.Invalid).ToProblem();
        }

        if (rendering is not Rendered content)
        {
            return new Refusal(
                "missing-variables", $"The template needs values for: {string.Join(", ", ((MissingVariables)rendering).Names)}. Give them in fields.",
                RefusalKind.Invalid).ToProblem();
        }

        // Before it goes out: a repeated request must not send it again. Without an Idempotency-Key there is nothing to commit.
        await request.OpenSession().Commit(ct);
        var result = await providers.For(Channel.Email).Send(
            new OutgoingEmail(
                "test-" + Guid.CreateVersion7(request.Now).ToString("N"), request.TenantId, id.ToString("N"), settings.From!, to, null,
                "[Test] " + content.Subject, content.Html, content.Text),
            ct);
        return result switch
        {
            SendResult.Accepted accepted => Results.Ok(new TestResult(to, accepted.ProviderMessageId)),
            SendResult.Refused refused => Problems.Problem(
                "provider-refused", $"The provider refused it: {refused.Code} {refused.Text}", StatusCodes.Status502BadGateway),
            SendResult.InDoubt doubt => Problems.Problem("provider-silent", doubt.Why, StatusCodes.Status502BadGateway),
            _ => throw new InvalidOperationException($"{result} is no result of a provider."),
        };
    }
}

/// <param name="Fields">Merge fields, as a contact would have them.</param>
public sealed record TestInput(string To, Dictionary<string, string?>? Fields = null);

public sealed record TestResult(string To, string? ProviderMessageId);
