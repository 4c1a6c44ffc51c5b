using System.Collections.Concurrent;
using Campaigns.Sandbox.SendGrid.Behaving;

namespace Campaigns.Sandbox.SendGrid;

/// <summary>The addresses SendGrid knows not to send to, each list with its reasons.</summary>
sealed class Suppressions
{
    public const string Bounces = "bounces";
    public const string Blocks = "blocks";
    public const string SpamReports = "spam_reports";
    public const string InvalidEmails = "invalid_emails";
    public const string Unsubscribes = "unsubscribes";

    // Blocks are only told of: the next message is tried again.
    static readonly (string List, string Reason)[] dropping =
    [
        (Bounces, "Bounced Address"),
        (SpamReports, "Spam Reporting Address"),
        (InvalidEmails, "Invalid"),
        (Unsubscribes, "Unsubscribed Address"),
    ];

    readonly Dictionary<string, ConcurrentDictionary<string, SuppressedAddress>> lists =
        Names.ToDictionary(name => name, _ => NewList());

    public static IReadOnlyList<string> Names { get; } = [Bounces, Blocks, SpamReports, InvalidEmails, Unsubscribes];

    public ConcurrentDictionary<string, SuppressedAddress> List(string name) => lists[name];

    /// <summary>Why a message to the address is dropped, in SendGrid's words; null where it is tried.</summary>
    public string? ReasonToDrop(string address)
    {
        foreach (var (list, reason) in dropping)
        {
            if (lists[list].ContainsKey(address))
            {
                return reason;
            }
        }

        return null;
    }

    public void Learn(Event happened)
    {
        var address = happened.Journey.Address;
        switch (happened.What)
        {
            case Happening.Bounced:
                Add(Bounces, address, happened.At, "550 5.1.1 The email account that you tried to reach does not exist.", "5.1.1");
                break;
            case Happening.Blocked:
                Add(Blocks, address, happened.At, "550 5.7.1 Our system has detected that this message is likely unsolicited mail.", "5.7.1");
                break;
            case Happening.Complained:
                Add(SpamReports, address, happened.At);
                break;
            case Happening.Unsubscribed:
                Add(Unsubscribes, address, happened.At);
                break;
        }
    }

    public void Add(string list, string address, DateTimeOffset at, string? reason = null, string? status = null) =>
        lists[list].TryAdd(address, new(at.ToUnixTimeSeconds(), address, reason, status));

    public void Clear()
    {
        foreach (var list in lists.Values)
        {
            list.Clear();
        }
    }

    static ConcurrentDictionary<string, SuppressedAddress> NewList() => new(StringComparer.OrdinalIgnoreCase);
}

/// <summary>An address on a list, since when (in Unix seconds) and why.</summary>
sealed record SuppressedAddress(long Created, string Email, string? Reason, string? Status);
