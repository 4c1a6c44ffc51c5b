namespace Campaigns.Sandbox.Faults;

/// <summary>The kinds of fault that hit one thing.</summary>
readonly record struct FaultSet(uint Bits)
{
    public bool Has(FaultKind kind) => (Bits & (1u << (int)kind)) != 0;

    public FaultSet With(FaultKind kind) => new(Bits | (1u << (int)kind));
}
