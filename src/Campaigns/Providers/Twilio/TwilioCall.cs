using System.Net;
using System.Net.Http.Headers;
using System.Runtime.ExceptionServices;
using Microsoft.AspNetCore.WebUtilities;
using Newtonsoft.Json;
using Twilio.Clients;
using Twilio.Exceptions;
using Twilio.Http;
using HttpClient = System.Net.Http.HttpClient;
using HttpMethod = System.Net.Http.HttpMethod;
using TwilioHttpClient = Twilio.Http.HttpClient;

namespace Campaigns.Providers.Twilio;

/// <summary>
/// One call through Twilio's SDK. It is the SDK's HTTP client for this call, because the one that comes with it takes neither a time limit nor
/// another address; and it keeps what the SDK's exceptions leave out of an answer.
/// </summary>
sealed class TwilioCall(HttpClient http, Uri baseAddress, TwilioAccount account, CancellationToken ct) : TwilioHttpClient
{
    static readonly ProductInfoHeaderValue UserAgent = new("twilio-csharp", typeof(TwilioRestClient).Assembly.GetName().Version!.ToString(3));

    /// <summary>The status of the answer. A success also where the SDK cannot read the rest.</summary>
    public HttpStatusCode Status { get; private set; }

    /// <summary>Twilio's code of an error; null where the answer has none, as a page of a web server in front.</summary>
    public int? ErrorCode { get; private set; }

    /// <summary>Twilio's own words for an error, or those for its status.</summary>
    public string Reason { get; private set; } = "";

    public HttpResponseHeaders Headers => LastResponse.Headers;

    public bool IsSuccess => Status is >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices;

    /// <returns>Null for an answer that is an error, or is not what the SDK expects.</returns>
    /// <exception cref="HttpRequestException">There was no answer.</exception>
    /// <exception cref="OperationCanceledException">There was no answer in time.</exception>
    public async Task<T?> Make<T>(Func<TwilioRestClient, Task<T?>> call)
        where T : class
    {
        try
        {
            return await call(new TwilioRestClient(account.Name, account.Password, Uri.EscapeDataString(account.Sid), httpClient: this));
        }
        catch (ApiConnectionException error) when (error.InnerException is { } cause)
        {
            ExceptionDispatchInfo.Throw(cause);
            throw;
        }
        catch (ApiException error) when (LastResponse is not null)
        {
            if (error.Status != 0)
            {
                (ErrorCode, Reason) = (error.Code == 0 ? null : error.Code, error.Message);
            }

            return null;
        }
        catch (Exception error) when (LastResponse is not null && error is TwilioException or JsonException)
        {
            return null; // of another shape than documented
        }
    }

    public override Response MakeRequest(Request request) => throw new NotSupportedException("Nobody waits for an answer on a thread.");

    public override async Task<Response> MakeRequestAsync(Request request)
    {
        using var message = new HttpRequestMessage(
            new HttpMethod(request.Method.ToString()), new Uri(baseAddress, request.ConstructUrl().PathAndQuery))
        {
            Content = request.PostParams.Count > 0 ? new FormUrlEncodedContent(request.PostParams) : null,
            Headers =
            {
                Authorization = new AuthenticationHeaderValue("Basic", Authentication(request.Username, request.Password)),
                Accept = { new MediaTypeWithQualityHeaderValue("application/json") },
                UserAgent = { UserAgent },
            },
        };
        LastRequest = request;
        using var response = await http.SendAsync(message, ct);
        Status = response.StatusCode;
        Reason = response.ReasonPhrase ?? ReasonPhrases.GetReasonPhrase((int)response.StatusCode);
        return LastResponse = new Response(response.StatusCode, await ReadText(response.Content), response.Headers);
    }

    async Task<string> ReadText(HttpContent content)
    {
        try
        {
            return await content.ReadAsStringAsync(ct);
        }
        catch (InvalidOperationException)
        {
            return ""; // of a charset that nobody knows
        }
    }
}
