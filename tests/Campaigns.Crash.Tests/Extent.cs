using System.Globalization;

namespace Campaigns.Crash.Tests;

/// <summary>How long the dangers last and how many people there are: little by default, from the environment where it is to be much.</summary>
static class Extent
{
    /// <summary>How many there are at most where a broker brings the messages.</summary>
    const int PeopleByBroker = 1000;

    /// <summary>Somebody says how long servers are killed.</summary>
    public static bool IsLong => Number("KILL_SECONDS") is not null;

    /// <summary>How long servers are killed.</summary>
    public static int KillSeconds => Number("KILL_SECONDS") ?? 6;

    /// <summary>Picks the servers that are killed, and when; null: another each time.</summary>
    public static int? KillSeed => Number("KILL_SEED");

    /// <summary>How long a server or the database stands still at least.</summary>
    public static TimeSpan Standstill => TimeSpan.FromSeconds(Number("STANDSTILL_SECONDS") ?? 3);

    /// <summary>How many messages there are while servers are killed.</summary>
    public static int MessagesUnderKills(string transport) => AtMost(transport, Number("KILL_MESSAGES") ?? Math.Min(10_000, 200 * KillSeconds));

    /// <summary>How many people there are while something stands still.</summary>
    public static int PeopleInStandstill(string transport) => AtMost(transport, Number("STANDSTILL_PEOPLE") ?? 400);

    /// <summary>How many seconds a campaign to so many may take, on a machine that is busy with other things too.</summary>
    public static int Patience(int people) => 120 + (people / 10);

    static int AtMost(string transport, int people) => transport == "rabbitmq" ? Math.Min(people, PeopleByBroker) : people;

    static int? Number(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } given ? int.Parse(given, CultureInfo.InvariantCulture) : null;
}
