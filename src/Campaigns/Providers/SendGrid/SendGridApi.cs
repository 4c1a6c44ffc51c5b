using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using SendGrid;

namespace Campaigns.Providers.SendGrid;

/// <summary>The calls to SendGrid's v3 API that may be made again, through its SDK: all but sending.</summary>
public sealed class SendGridApi(HttpClient http, SendGridAccounts accounts, IOptions<SendGridOptions> options, TimeProvider clock)
{
    /// <param name="tenantId">Whose account it is about.</param>
    /// <param name="path">Below the version, with its query, escaped.</param>
    /// <param name="body">Sent as JSON.</param>
    /// <param name="key">Instead of the account's.</param>
    public async Task<SendGridAnswer> Ask(
        string tenantId, BaseClient.Method method, string path, object? body, CancellationToken ct, string? key = null)
    {
        SendGridAccount account;
        try
        {
            account = await accounts.For(tenantId, ct);
        }
        catch (Exception error) when (AccountTrouble.Why(error) is { } why)
        {
            return Unanswered(why);
        }

        if ((key ?? account.ApiKey).Trim() is var usable && !SecretText.IsToken(usable))
        {
            return Unanswered("The API key is missing, or is no key");
        }

        var client = new SendGridClient(http, new SendGridClientOptions { ApiKey = usable, Host = account.BaseAddress.AbsoluteUri });
        var json = body is null ? null : JsonSerializer.Serialize(body, JsonSerializerOptions.Web);
        return await ProviderCall.Ask(
            "SendGrid", options.Value.Timeout, clock,
            async stop => await Read(await client.RequestAsync(method, json, queryParams: null, path, stop), stop), Unanswered, ct);
    }

    static SendGridAnswer Unanswered(string why) => new(null, default, why);

    static async Task<SendGridAnswer> Read(Response response, CancellationToken ct)
    {
        using var content = response.Body;
        var text = await content.ReadAsByteArrayAsync(ct);
        JsonElement body = default;
        try
        {
            body = text.Length == 0 ? default : JsonElement.Parse(text);
        }
        catch (JsonException)
        {
            // A page of the web server in front. The status says enough.
        }

        // The SDK does not hand on the words beside the status.
        return new SendGridAnswer(response.StatusCode, body, Reason(body) ?? ReasonPhrases.GetReasonPhrase((int)response.StatusCode));
    }

    static string? Reason(JsonElement body) =>
        body.ValueKind == JsonValueKind.Object && body.TryGetProperty("errors", out var errors) && errors.ValueKind == JsonValueKind.Array
        && errors.EnumerateArray().FirstOrDefault() is { ValueKind: JsonValueKind.Object } error
        && error.TryGetProperty("message", out var message) && message.ValueKind == JsonValueKind.String
            ? message.GetString()
            : null;
}

/// <param name="Status">Null where no answer came.</param>
/// <param name="Body">Undefined where it was no JSON.</param>
/// <param name="Reason">SendGrid's own words, or why there are none.</param>
public sealed record SendGridAnswer(HttpStatusCode? Status, JsonElement Body, string Reason)
{
    public bool IsSuccess => Status is >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices;

    /// <summary>For people.</summary>
    public string Explanation => Status is { } status ? $"SendGrid answered {(int)status} {Reason}".TrimEnd() : Reason;

    /// <param name="isFineToMiss">What is not there (404) need not be done.</param>
    /// <exception cref="HttpRequestException">It was not done.</exception>
    public SendGridAnswer OrThrow(bool isFineToMiss = false) =>
        IsSuccess || (isFineToMiss && Status == HttpStatusCode.NotFound) ? this : throw new HttpRequestException(Explanation, null, Status);
}
