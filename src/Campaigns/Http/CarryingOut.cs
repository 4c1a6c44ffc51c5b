using Wolverine;

namespace Campaigns.Http;

/// <summary>Has commands carried out for a request.</summary>
public static class CarryingOut
{
    /// <summary>Sends a command and waits for its answer.</summary>
    /// <param name="ct">Who hung up before it began is spared it. After that it is too late: a commit that is broken off may hold all the same, and then nobody sends the messages that go with it.</param>
    public static Task<TAnswer> CarryOut<TAnswer>(this IMessageBus bus, object command, DeliveryOptions delivery, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        return bus.InvokeAsync<TAnswer>(command, delivery, CancellationToken.None);
    }
}
