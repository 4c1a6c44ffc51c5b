using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Campaigns.Insight;
using Campaigns.Planning;

namespace Campaigns.Server.Tests.Support;

/// <summary>A campaign over the API, step by step.</summary>
static class CampaignSteps
{
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };

    /// <summary>Small batches right behind each other.</summary>
    public static readonly Pace Fast = new(new BatchPace(20, 40, 0, 0));

    /// <returns>The list that the rows were imported to.</returns>
    public static async Task<Guid> Import(this HttpClient api, string list, IEnumerable<string> rows, string header = "email,first_name")
    {
        using var csv = new StringContent($"{header}\n{string.Join('\n', rows)}\n", Encoding.UTF8, "text/csv");
        using var response = await api.PostAsync($"imports?list={list}", csv);
        return (await response.Good()).GetProperty("listId").GetGuid();
    }

    /// <returns>The template.</returns>
    public static async Task<Guid> MakeTemplate(this HttpClient api, string text = "Dear {{first_name}}, https://example.com/offer") =>
        (await api.Post("templates", new { name = "Offer", subject = "An offer", text })).GetProperty("id").GetGuid();

    /// <returns>The campaign.</returns>
    public static async Task<Guid> Draft(this HttpClient api, Guid list, Guid template, Pace? pace = null, double? noOpenAfterSeconds = null) =>
        (await api.Post("campaigns", new
        {
            name = "Spring", listId = list, templateId = template, from = new { email = "anna@sender.example" }, pace = pace ?? Fast, noOpenAfterSeconds,
        })).GetProperty("id").GetGuid();

    /// <summary>Drafts and launches a campaign to new contacts.</summary>
    public static async Task<Guid> Launch(
        this HttpClient api, IEnumerable<string> addresses, Pace? pace = null, double? noOpenAfterSeconds = null, string list = "Everybody")
    {
        var members = await api.Import(list, addresses.Select(address => $"{address},Ada"));
        var campaign = await api.Draft(members, await api.MakeTemplate(), pace, noOpenAfterSeconds);
        await api.Command(campaign, "launch");
        return campaign;
    }

    public static Task<JsonElement> Command(this HttpClient api, Guid campaign, string command, object? body = null) =>
        api.Post($"campaigns/{campaign}/{command}", body ?? new { });

    public static async Task<JsonElement> Post(this HttpClient api, string path, object body)
    {
        using var response = await api.PostAsJsonAsync(path, body, Json);
        return await response.Good();
    }

    public static async Task<CampaignProgress> Progress(this HttpClient api, Guid campaign) =>
        (await api.GetFromJsonAsync<CampaignProgress>($"campaigns/{campaign}/progress", Json))!;

    /// <summary>Everybody in the campaign, over as many pages as it takes.</summary>
    public static async Task<List<RecipientView>> Recipients(this HttpClient api, Guid campaign)
    {
        var all = new List<RecipientView>();
        for (var cursor = ""; cursor is not null;)
        {
            var page = await api.GetFromJsonAsync<JsonElement>($"campaigns/{campaign}/recipients?limit=1000{cursor}");
            all.AddRange(page.GetProperty("items").Deserialize<List<RecipientView>>(Json)!);
            cursor = page.TryGetProperty("next", out var next) && next.GetString() is { } after ? "&cursor=" + after : null;
        }

        return all;
    }

    /// <summary>Follows the campaign's stream of progress until it shows what is waited for.</summary>
    public static async Task<CampaignProgress> Follow(this HttpClient api, Guid campaign, Func<CampaignProgress, bool> until, int withinSeconds = 60)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(withinSeconds));
        CampaignProgress? last = null;
        try
        {
            await using var stream = await api.GetStreamAsync($"campaigns/{campaign}/progress/stream", patience.Token);
            await foreach (var item in SseParser.Create(stream, (_, data) => JsonSerializer.Deserialize<CampaignProgress>(data, Json)!).EnumerateAsync(patience.Token))
            {
                last = item.Data;
                if (until(last))
                {
                    return last;
                }
            }
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"It never came; the last progress is {last}");
        }

        throw new HttpIOException(HttpRequestError.ResponseEnded);
    }

    public static bool IsOver(this CampaignProgress progress) =>
        progress.Status is CampaignStatus.Completed or CampaignStatus.Partial or CampaignStatus.Failed or CampaignStatus.Cancelled;

    /// <summary>Everybody had their turn, and what was sent stays sent: in the sandbox some of it bounces, sooner or later.</summary>
    public static void ShouldHaveEnded(this CampaignProgress progress)
    {
        progress.Status.ShouldBeOneOf(CampaignStatus.Completed, CampaignStatus.Partial);
        (progress.Sent, progress.Failed, progress.InDoubt).ShouldBe((progress.Recipients, 0, 0));
    }

    static async Task<JsonElement> Good(this HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        response.IsSuccessStatusCode.ShouldBeTrue($"{(int)response.StatusCode} {text}");
        return text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text);
    }
}
