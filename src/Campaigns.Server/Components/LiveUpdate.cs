using Campaigns.Insight;
using Campaigns.Planning;

namespace Campaigns.Server.Components;

/// <summary>What moves on the page of a campaign, ready to be shown: the page begins with it, and the script puts the next one in its place.</summary>
/// <param name="State">For the style sheet.</param>
/// <param name="Texts">By the name that the page gives the element.</param>
/// <param name="Times">The same for times, which the script shows in the browser's zone; empty where there is none.</param>
public sealed record LiveUpdate(string State, Bar Bar, IReadOnlyDictionary<string, string> Texts, IReadOnlyDictionary<string, string> Times)
{
    public static LiveUpdate Of(CampaignProgress progress)
    {
        var texts = new Dictionary<string, string>
        {
            ["status"] = Words.Of(progress.Status),
            ["done"] = Words.Percent(100 * progress.Done),
            ["rate"] = Words.Rate(progress.MessagesPerSecond),
            ["batch"] = Words.Count(progress.CurrentBatch),
            ["basis"] = Basis(progress),
        };
        foreach (var figure in Figure.Of(progress))
        {
            texts[figure.Name] = Words.Count(figure.Count);
            texts[figure.Name + "-share"] = figure.Share;
        }

        return new LiveUpdate(Words.Code(progress.Status), Bar.Of(progress), texts, new Dictionary<string, string>
        {
            ["next"] = progress.NextBatchAt is { } next ? Words.Iso(next) : "",
            ["end"] = progress.EstimatedCompletion is { } end ? Words.Iso(end) : "",
        });
    }

    /// <summary>What the estimate goes by, as a sentence; empty where there is nothing to estimate.</summary>
    public static string Basis(CampaignProgress progress) => progress switch
    {
        { EstimateBasis: null } => "",
        { EstimatedCompletion: null, EstimateBasis: var why } => $"Not known: {why}.",
        { EstimateBasis: var because } => $"Because {because}.",
    };
}

/// <summary>One count of a campaign.</summary>
/// <param name="Filter">The recipients it counts; null: all of them.</param>
/// <param name="Share">Of what it is a part of, in words; empty where that says nothing.</param>
/// <param name="Tone">For the style sheet: a count that asks for attention.</param>
public sealed record Figure(string Name, string Label, long Count, RecipientFilter? Filter, string Share = "", string? Tone = null)
{
    public static IReadOnlyList<Figure> Of(CampaignProgress progress)
    {
        string OfSent(long part) => part == 0 ? "" : Words.Share(part, progress.Sent) + " of sent";

        return
        [
            new("recipients", "Recipients", progress.Recipients, null),
            new("queued", "Queued", progress.Queued, RecipientFilter.Queued),
            new("sending", "Sending", progress.Sending, RecipientFilter.Sending),
            new("sent", "Sent", progress.Sent, RecipientFilter.Sent, progress.Sent == 0 ? "" : Words.Share(progress.Sent, progress.Recipients) + " of all"),
            new("delivered", "Delivered", progress.Delivered, RecipientFilter.Delivered, OfSent(progress.Delivered)),
            new("opened", "Opened", progress.Opened, RecipientFilter.Opened, OfSent(progress.Opened)),
            new("clicked", "Clicked", progress.Clicked, RecipientFilter.Clicked, OfSent(progress.Clicked)),
            new("bounced", "Bounced", progress.Bounced, RecipientFilter.Bounced, OfSent(progress.Bounced), "bad"),
            new("complained", "Complained", progress.Complained, RecipientFilter.Complained, OfSent(progress.Complained), "bad"),
            new("unsubscribed", "Unsubscribed", progress.Unsubscribed, RecipientFilter.Unsubscribed, OfSent(progress.Unsubscribed)),
            new("timedout", "Timed out", progress.TimedOut, RecipientFilter.TimedOut, OfSent(progress.TimedOut)),
            new("skipped", "Skipped", progress.Skipped, RecipientFilter.Skipped),
            new("failed", "Failed", progress.Failed, RecipientFilter.Failed, Tone: "bad"),
            new("doubt", "In doubt", progress.InDoubt, RecipientFilter.InDoubt, Tone: "doubtful"),
        ];
    }
}
