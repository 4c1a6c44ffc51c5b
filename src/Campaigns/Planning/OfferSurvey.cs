using Campaigns.Recipients;

namespace Campaigns.Planning;

/// <summary>What a campaign would offer if it were launched now.</summary>
/// <param name="Contacts">Of its audience, who can be reached over one of its channels and have something offered.</param>
/// <param name="WithoutOffer">Of its audience, who can be reached and would be skipped since nothing is offered to them.</param>
/// <param name="Offers">Of all who can be reached, before any is left out.</param>
/// <param name="Values">What the formula came to, value by value; of numbers only.</param>
/// <param name="Problems">Why offers failed, the commonest first.</param>
/// <param name="ByHand">Which were left out by hand.</param>
public sealed record OffersPreview(
    long Contacts,
    long WithoutOffer,
    long Offers,
    long Offered,
    long LeftOutByHand,
    long LeftOutByFormula,
    long Failed,
    IReadOnlyList<ValuePreview> Values,
    IReadOnlyList<OfferProblem> Problems,
    IReadOnlyList<OfferExample> ByHand);

/// <summary>A value over all that is offered.</summary>
/// <param name="Median">Of many offers by a sample of them, as are the quartiles and the distribution.</param>
/// <param name="Distribution">Of those that are no outliers: ten steps of equal width, from the smallest to the largest.</param>
/// <param name="Outliers">Offers more than three times the distance between the quartiles away from them: the farthest of each side.</param>
public sealed record ValuePreview(
    string Name,
    long Offers,
    decimal Minimum,
    decimal Maximum,
    decimal Mean,
    decimal LowerQuartile,
    decimal Median,
    decimal UpperQuartile,
    IReadOnlyList<ValueStep> Distribution,
    IReadOnlyList<OfferOutlier> Outliers);

/// <param name="From">Included.</param>
/// <param name="To">Excluded, but of the last step.</param>
/// <param name="Share">Of those offers, 0 to 1.</param>
public sealed record ValueStep(decimal From, decimal To, double Share);

public sealed record OfferOutlier(Guid OfferId, Guid ContactId, string Reference, decimal Value);

/// <param name="Why">As <c>offer_price: there is no list_price</c>.</param>
public sealed record OfferProblem(string Why, long Offers, IReadOnlyList<OfferExample> Examples);

public sealed record OfferExample(Guid OfferId, Guid ContactId, string Reference);

/// <summary>Sums up the offers of an audience as they go by, however many there are. They come contact by contact.</summary>
public sealed class OfferSurvey(IEnumerable<string> values, CampaignChannels channels)
{
    const int MostProblems = 20;
    const int MostExamples = 5;

    readonly List<ValueSurvey> values = [.. values.Select(name => new ValueSurvey(name))];
    readonly Dictionary<string, (long Offers, List<OfferExample> Examples)> problems = new(StringComparer.Ordinal);
    readonly Dictionary<OfferOutcome, long> outcomes = Enum.GetValues<OfferOutcome>().ToDictionary(outcome => outcome, _ => 0L);
    readonly Dictionary<Channel, long> without = Enum.GetValues<Channel>().ToDictionary(channel => channel, _ => 0L);
    readonly List<OfferExample> byHand = [];
    (Guid Id, bool Email, bool Sms, bool HasOffer)? current;
    long contacts;
    long withoutOffer;

    /// <summary>Who can be reached over a channel and would be skipped for want of an offer.</summary>
    public long WithoutOffer(Channel channel) => without[channel];

    /// <param name="email">Whether the contact can be reached so.</param>
    /// <param name="offer">Null where the contact has none.</param>
    internal void Add(Guid contact, bool email, bool sms, (OfferToQuote Offer, WorkedOffer Worked)? offer)
    {
        if (current?.Id != contact)
        {
            EndContact();
            current = (contact, email && channels.Include(Channel.Email), sms && channels.Include(Channel.Sms), false);
        }

        if (offer is not var (given, worked) || current is not { } who || !(who.Email || who.Sms))
        {
            return;
        }

        outcomes[worked.Outcome]++;
        if (worked.Outcome == OfferOutcome.Offered)
        {
            current = who with { HasOffer = true };
            foreach (var value in values)
            {
                if (worked.Values.FirstOrDefault(each => each.Name == value.Name)?.Number is { } number)
                {
                    value.Add(number, given);
                }
            }
        }
        else if (worked.Outcome == OfferOutcome.LeftOutByHand)
        {
            byHand.Add(new OfferExample(given.Id, contact, given.Reference));
        }
        else if (worked.Why is { } why)
        {
            // Of a million prices that are no numbers each is a problem of its own: the rest is counted together.
            why = problems.ContainsKey(why) || problems.Count < 1000 ? why : "other reasons";
            var (count, examples) = problems.GetValueOrDefault(why, (0, []));
            if (examples.Count < MostExamples)
            {
                examples.Add(new OfferExample(given.Id, contact, given.Reference));
            }

            problems[why] = (count + 1, examples);
        }
    }

    /// <summary>What came of all that went by.</summary>
    public OffersPreview End()
    {
        EndContact();
        return new OffersPreview(
            contacts, withoutOffer, outcomes.Values.Sum(), outcomes[OfferOutcome.Offered], outcomes[OfferOutcome.LeftOutByHand], outcomes[OfferOutcome.LeftOutByFormula],
            outcomes[OfferOutcome.Failed], [.. values.Select(value => value.Preview()).OfType<ValuePreview>()],
            [
                .. problems.OrderByDescending(problem => problem.Value.Offers).ThenBy(problem => problem.Key, StringComparer.Ordinal).Take(MostProblems)
                    .Select(problem => new OfferProblem(problem.Key, problem.Value.Offers, problem.Value.Examples)),
            ],
            byHand);
    }

    void EndContact()
    {
        if (current is { } who && (who.Email || who.Sms))
        {
            contacts += who.HasOffer ? 1 : 0;
            withoutOffer += who.HasOffer ? 0 : 1;
            without[Channel.Email] += who is { Email: true, HasOffer: false } ? 1 : 0;
            without[Channel.Sms] += who is { Sms: true, HasOffer: false } ? 1 : 0;
        }

        current = null;
    }

    /// <summary>One value: its extremes and its mean of all, its distribution of as many as are kept.</summary>
    sealed class ValueSurvey(string name)
    {
        const int MostKept = 100_000;
        const int MostOutliers = 50;
        const int Steps = 10;
        const int FarOut = 3; // Tukey's word, and his number

        readonly List<(Guid Offer, decimal Value)> kept = [];
        readonly PriorityQueue<OfferOutlier, decimal> lowest = new(); // the highest of them goes first
        readonly PriorityQueue<OfferOutlier, decimal> highest = new();
        int keepsOneOf = 1;
        long count;
        double sum;
        decimal minimum = decimal.MaxValue;
        decimal maximum = decimal.MinValue;

        public string Name => name;

        public void Add(decimal value, OfferToQuote offer)
        {
            count++;
            sum += (double)value;
            (minimum, maximum) = (Math.Min(minimum, value), Math.Max(maximum, value));
            Keep(lowest, value, -value, offer);
            Keep(highest, value, value, offer);
            if (IsKept(offer.Id))
            {
                kept.Add((offer.Id, value));
                if (kept.Count > MostKept)
                {
                    keepsOneOf *= 2;
                    kept.RemoveAll(each => !IsKept(each.Offer));
                }
            }
        }

        public ValuePreview? Preview()
        {
            if (count == 0)
            {
                return null;
            }

            var sorted = kept.Select(each => each.Value).Order().ToList();
            if (sorted.Count == 0)
            {
                sorted.Add(minimum);
            }

            var (lower, median, upper) = (At(0.25), At(0.5), At(0.75));
            var reach = (upper - lower) * FarOut;
            var near = reach == 0 ? sorted : sorted.FindAll(value => value >= lower - reach && value <= upper + reach);
            var (first, width) = (near[0], (near[^1] - near[0]) / Steps);
            return new ValuePreview(
                name, count, Plain(minimum), Plain(maximum), (decimal)(sum / count), Plain(lower), Plain(median), Plain(upper),
                width == 0
                    ? [new ValueStep(Plain(first), Plain(near[^1]), 1)]
                    : [.. Enumerable.Range(0, Steps).Select(step => new ValueStep(Plain(first + (step * width)), Plain(first + ((step + 1) * width)), Share(step)))],
                reach == 0 ? [] : [
                    .. lowest.UnorderedItems.Where(each => each.Element.Value < lower - reach).Select(each => each.Element).OrderBy(each => each.Value),
                    .. highest.UnorderedItems.Where(each => each.Element.Value > upper + reach).Select(each => each.Element).OrderByDescending(each => each.Value),
                ]);

            decimal At(double part) => sorted[(int)(part * (sorted.Count - 1))];

            double Share(int step) => (double)near.Count(value => Math.Min(Steps - 1, (int)((value - first) / width)) == step) / near.Count;
        }

        // Without zeros behind the last digit that counts.
        static decimal Plain(decimal value) => value / 1.0000000000000000000000000000m;

        static void Keep(PriorityQueue<OfferOutlier, decimal> extremes, decimal value, decimal rank, OfferToQuote offer)
        {
            if (extremes.Count < MostOutliers)
            {
                extremes.Enqueue(new OfferOutlier(offer.Id, offer.ContactId, offer.Reference, value), rank);
            }
            else if (extremes.TryPeek(out _, out var least) && rank > least)
            {
                extremes.DequeueEnqueue(new OfferOutlier(offer.Id, offer.ContactId, offer.Reference, value), rank);
            }
        }

        // The last bits of the id are a hash.
        bool IsKept(Guid offer) => keepsOneOf == 1 || BitConverter.ToUInt32(offer.ToByteArray(), 12) % keepsOneOf == 0;
    }
}
