namespace Campaigns.Sandbox.SendGrid.Behaving;

enum Fate { Deliver, Bounce, Block, Defer, Drop, Nothing }

/// <summary>A recipient's behaviour, by chance or as its address spells it out: <c>open+click@example.com</c>.</summary>
sealed record Pattern(Fate Fate)
{
    static readonly char[] separators = ['+', '.', '-', '_'];

    public bool Opens { get; init; }
    public bool OpensAgain { get; init; }
    public bool MachineOpens { get; init; }
    public bool Clicks { get; init; }
    public bool Complains { get; init; }
    public bool Unsubscribes { get; init; }

    /// <summary>The pattern in a lower-case address; null unless its first word is one of ours, so that names stay names.</summary>
    public static Pattern? Of(string address)
    {
        var local = address[..Math.Max(0, address.LastIndexOf('@'))];
        Pattern? pattern = null;
        foreach (var word in local.Split(separators))
        {
            var next = Read(word, pattern ?? new Pattern(Fate.Deliver));
            if (next is null && pattern is null)
            {
                return null;
            }

            pattern = next ?? pattern;
        }

        return pattern;
    }

    public Happening[] Course()
    {
        List<Happening> course = [];
        switch (Fate)
        {
            case Fate.Nothing:
                return [];
            case Fate.Drop:
                return [Happening.Dropped];
            case Fate.Bounce:
                return [Happening.Processed, Happening.Bounced];
            case Fate.Block:
                return [Happening.Processed, Happening.Blocked];
            case Fate.Defer:
                course.AddRange(Happening.Processed, Happening.Deferred, Happening.Delivered);
                break;
            default:
                course.AddRange(Happening.Processed, Happening.Delivered);
                break;
        }

        Add(MachineOpens, Happening.MachineOpened);
        Add(Opens, Happening.Opened);
        Add(Clicks, Happening.Clicked);
        Add(OpensAgain, Happening.Opened);
        Add(Complains, Happening.Complained);
        Add(Unsubscribes, Happening.Unsubscribed);
        return [.. course];

        void Add(bool does, Happening what)
        {
            if (does)
            {
                course.Add(what);
            }
        }
    }

    static Pattern? Read(string word, Pattern before) => word switch
    {
        "deliver" or "silent" => before,
        "bounce" => before with { Fate = Fate.Bounce },
        "block" => before with { Fate = Fate.Block },
        "defer" => before with { Fate = Fate.Defer },
        "drop" => before with { Fate = Fate.Drop },
        "nowebhook" => before with { Fate = Fate.Nothing },
        "open" => before with { Opens = true },
        "click" => before with { Opens = true, Clicks = true },
        "complain" => before with { Complains = true },
        "unsubscribe" => before with { Unsubscribes = true },
        _ => null,
    };
}
