namespace Campaigns.Engine.Events;

/// <summary>A stream to begin, with the facts that it begins with.</summary>
public sealed record NewStream(Guid Id, params IReadOnlyList<object> Facts);
