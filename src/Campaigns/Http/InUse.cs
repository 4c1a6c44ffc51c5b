using Marten;
using Microsoft.AspNetCore.Http;

namespace Campaigns.Http;

/// <summary>What campaigns may need until they are over.</summary>
public enum UsedThing
{
    /// <summary>Until everybody on it is a recipient.</summary>
    List,

    /// <summary>Until the launch, which holds on to its version.</summary>
    Template,

    Sender,

    /// <summary>An account at a provider of e-mail, from the schedule or launch on.</summary>
    EmailAccount,

    /// <summary>The same of text messages.</summary>
    SmsAccount,
}

/// <summary>A campaign that needs a thing.</summary>
public sealed record CampaignUse(Guid Id, string Name, string Status);

/// <summary>Finds the campaigns that need a thing. Whoever removes things stands above those who know campaigns, and asks them by this.</summary>
/// <param name="id">Of the thing; null for an account.</param>
/// <param name="address">By which campaigns name a sender too.</param>
public delegate Task<IReadOnlyList<CampaignUse>> FindUses(string tenantId, UsedThing thing, Guid? id, string? address, CancellationToken ct);

/// <summary>
/// Adds to the commit that removes a thing that no campaign needs it by then: else the commit changes nothing, as with any other lost race. Whoever names
/// the thing in a campaign at the same moment waits for it.
/// </summary>
/// <param name="id">Of the thing.</param>
/// <param name="address">By which campaigns name a sender too.</param>
public delegate void ExpectUnused(IDocumentOperations session, UsedThing thing, Guid id, string? address);

static class InUse
{
    const int MostNamed = 10;

    /// <summary>The refusal to remove what campaigns need; null where none does.</summary>
    /// <param name="what">As the sentence begins: 'The list'.</param>
    /// <param name="uses">One more than are named, to know whether there are more.</param>
    /// <param name="help">What would do, as a sentence.</param>
    public static IResult? Refuse(
        string what, IReadOnlyList<CampaignUse> uses, string help = "Have them use another one, or delete or cancel them first.") => uses.Count == 0
        ? null
        : Problems.Problem(
            "in-use",
            $"{what} is used by {string.Join(", ", uses.Take(MostNamed).Select(campaign => $"'{campaign.Name}' ({campaign.Status})"))}"
            + $"{(uses.Count > MostNamed ? " and others" : "")}. {help}",
            StatusCodes.Status409Conflict, ("campaigns", uses.Take(MostNamed)));

    public const int MostFound = MostNamed + 1;
}
