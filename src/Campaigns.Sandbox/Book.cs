namespace Campaigns.Sandbox;

/// <summary>Holds the current tally, so that a reset is one assignment.</summary>
sealed class Book
{
    volatile Tally tally = new();

    public Tally Tally => tally;

    public void Reset() => tally = new();
}
