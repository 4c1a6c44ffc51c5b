using Wolverine.Runtime.Handlers;

namespace Internal.Generated.WolverineHandlers;

/// <summary>
/// Tells Wolverine that there is nothing to be found: the rooms name their handlers. The registry that the generator writes holds those of one kind of
/// process, and a process with workers has others than one without.
/// </summary>
public sealed class GeneratedHandlerRegistry : HandlerRegistry
{
    public override Type[] HandlerTypes() => [];

    public override Type[] MessageTypes() => [];
}
