using System.Net;
using System.Text.Json;
using Campaigns.Audience;
using Campaigns.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using SendGrid;

namespace Campaigns.Providers.SendGrid;

/// <summary>Asks the provider whether an address is likely to take mail. Costs money at the provider, and changes nothing.</summary>
public static class ValidateAddress
{
    public static void Map(IEndpointRouteBuilder api) =>
        api.MapPost("/contacts/validate", Handle).WithName(nameof(ValidateAddress))
            .WithSummary("Whether an address is likely to take mail, by the provider's word")
            .Produces<AddressVerdict>().ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .ProducesProblem(StatusCodes.Status502BadGateway);

    static async Task<IResult> Handle(ValidateInput input, ApiRequest request, SendGridApi sendGrid, IOptions<SendGridOptions> options, CancellationToken ct)
    {
        if (EmailAddress.Normalise(input.Email) is not { } email)
        {
            return Problems.Problem("address-invalid", "This is no e-mail address.", StatusCodes.Status422UnprocessableEntity);
        }

        if (string.IsNullOrWhiteSpace(options.Value.ValidationKey))
        {
            return Problems.Problem(
                "validation-not-configured", "Addresses are checked by SendGrid with a key of its own: set SendGrid:ValidationKey.",
                StatusCodes.Status409Conflict);
        }

        var answer = await sendGrid.Ask(
            request.TenantId, BaseClient.Method.POST, "validations/email", new Dictionary<string, string> { ["email"] = email }, ct, options.Value.ValidationKey);
        return Read(email, answer) is { } verdict
            ? TypedResults.Ok(verdict)
            : Problems.Problem("provider-refused", answer.Explanation, StatusCodes.Status502BadGateway);
    }

    static AddressVerdict? Read(string email, SendGridAnswer answer) =>
        answer.Status == HttpStatusCode.OK && Member(answer.Body, "result") is { } result
        && Member(result, "verdict") is { ValueKind: JsonValueKind.String } verdict
            ? new AddressVerdict(
                email, verdict.GetString()!, Member(result, "score") is { ValueKind: JsonValueKind.Number } score ? score.GetDouble() : null,
                Member(result, "suggestion") is { ValueKind: JsonValueKind.String } suggestion ? suggestion.GetString() : null)
            : null;

    static JsonElement? Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : null;
}

public sealed record ValidateInput(string? Email);

/// <param name="Verdict">The provider's word: Valid, Risky or Invalid.</param>
/// <param name="Score">From 0 to 1, the higher the likelier.</param>
/// <param name="Suggestion">Of a domain that was perhaps meant.</param>
public sealed record AddressVerdict(string Email, string Verdict, double? Score, string? Suggestion);
