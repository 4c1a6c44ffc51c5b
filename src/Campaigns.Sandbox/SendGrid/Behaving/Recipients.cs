namespace Campaigns.Sandbox.SendGrid.Behaving;

/// <summary>Decides what each address does: from the seed and the address alone, so that every run sees the same people.</summary>
static class Recipients
{
    public static Character Decide(int seed, string address)
    {
        var lower = address.ToLowerInvariant();
        var chance = new Chance(seed, lower);
        var course = Pattern.Of(lower) is { } pattern ? pattern.Course() : ByChance(chance).Course();
        return new(course, chance.Roll(7));
    }

    static Pattern ByChance(Chance chance)
    {
        var fate = chance.Share(0) switch
        {
            < 0.02 => Fate.Bounce,
            < 0.025 => Fate.Block,
            < 0.055 => Fate.Defer,
            _ => Fate.Deliver,
        };
        var opens = chance.Share(1) < 0.45;
        var machine = opens && chance.Share(2) < 0.05;
        return new(fate)
        {
            Opens = opens && !machine,
            MachineOpens = machine,
            Clicks = opens && !machine && chance.Share(3) < 0.25,
            Complains = chance.Share(4) < 0.002,
            Unsubscribes = chance.Share(5) < 0.005,
            OpensAgain = opens && !machine && chance.Share(6) < 0.125,
        };
    }
}
