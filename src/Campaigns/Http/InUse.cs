using Campaigns.Storage;
using Marten;
using Microsoft.AspNetCore.Http;

namespace Campaigns.Http;

/// <summary>What campaigns may need until they are over, and segments as long as they are there.</summary>
public enum UsedThing
{
    /// <summary>Until everybody on it is a recipient.</summary>
    List,

    /// <summary>Until whoever belongs to it is a recipient.</summary>
    Segment,

    /// <summary>Until the launch, which holds on to its version.</summary>
    Template,

    /// <summary>As <see cref="Template"/>.</summary>
    Formula,

    Sender,

    /// <summary>An account at a provider of e-mail, from the schedule or launch on.</summary>
    EmailAccount,

    /// <summary>The same of text messages.</summary>
    SmsAccount,
}

/// <summary>What needs a thing: a campaign, or a segment.</summary>
/// <param name="Status">Of a campaign; null for a segment.</param>
public sealed record Use(Guid Id, string Name, string? Status);

/// <summary>Finds what needs a thing. Whoever removes things stands above those who know campaigns, and asks them by this.</summary>
/// <param name="id">Of the thing; null for an account.</param>
/// <param name="address">By which campaigns name a sender too.</param>
public delegate Task<IReadOnlyList<Use>> FindUses(string tenantId, UsedThing thing, Guid? id, string? address, CancellationToken ct);

/// <summary>
/// Adds to the commit that removes a thing that nothing needs it by then: else the commit changes nothing, as with any other lost race. Whoever names
/// the thing at the same moment waits for it.
/// </summary>
/// <param name="id">Of the thing.</param>
/// <param name="address">By which campaigns name a sender too.</param>
public delegate void ExpectUnused(IDocumentOperations session, UsedThing thing, Guid id, string? address);

static class InUse
{
    const int MostNamed = 10;

    static readonly string HoldThings = Sql.Beside<UsedThing>(nameof(HoldThings));
    static readonly string HoldThingsAlone = Sql.Beside<UsedThing>(nameof(HoldThingsAlone));

    /// <summary>Adds to the commit that names things that nobody removes them meanwhile: who does waits, and finds the use.</summary>
    /// <param name="address">By which a sender is named too.</param>
    public static void Hold(IDocumentOperations session, IReadOnlyCollection<Guid> ids, string? address = null)
    {
        if (ids.Count > 0 || address is not null)
        {
            session.Sql(HoldThings, (object)Keys(session.TenantId, ids, address));
        }
    }

    /// <summary>Adds to the commit that removes a thing that nobody names it meanwhile.</summary>
    public static void HoldAlone(IDocumentOperations session, Guid id, string? address) =>
        session.Sql(HoldThingsAlone, (object)Keys(session.TenantId, [id], address));

    static string[] Keys(string tenantId, IEnumerable<Guid> ids, string? address) =>
        [.. ids.Select(id => $"{tenantId} {id:N}"), .. address is null ? Array.Empty<string>() : [$"{tenantId} {address}"]];

    /// <summary>The refusal to remove what campaigns or segments need; null where none does.</summary>
    /// <param name="what">As the sentence begins: 'The list'.</param>
    /// <param name="uses">One more than are named, to know whether there are more.</param>
    /// <param name="help">What would do, as a sentence.</param>
    public static IResult? Refuse(
        string what, IReadOnlyList<Use> uses, string help = "Have them use another one, or delete or cancel them first.") => uses.Count == 0
        ? null
        : Problems.Problem(
            "in-use",
            $"{what} is used by {string.Join(", ", uses.Take(MostNamed).Select(use => $"'{use.Name}' ({use.Status ?? "a segment"})"))}"
            + $"{(uses.Count > MostNamed ? " and others" : "")}. {help}",
            StatusCodes.Status409Conflict,
            ("campaigns", uses.Take(MostNamed).Where(use => use.Status is not null)), ("segments", uses.Take(MostNamed).Where(use => use.Status is null)));

    public const int MostFound = MostNamed + 1;
}
