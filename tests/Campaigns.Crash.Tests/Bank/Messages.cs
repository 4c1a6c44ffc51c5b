namespace Campaigns.Crash.Tests.Bank;

/// <summary>The beginning of a transfer; its message has the id of the transfer.</summary>
public sealed record TakeFrom(Guid Transfer, Guid From, Guid To, long Amount);

/// <summary>The end of a transfer, sent by the commit that took the money.</summary>
public sealed record GiveTo(Guid Transfer, Guid To, long Amount);

/// <summary>Handled many in one commit.</summary>
/// <param name="Message">Its own id: handlers of many see no deliveries.</param>
public sealed record PayInterest(Guid Message, Guid Account, long Amount);

/// <summary>Due a moment after it is sent.</summary>
public sealed record Ring;

/// <summary>Fails in its first attempts.</summary>
/// <param name="Failures">0: fails once too, but after its commit.</param>
public sealed record Stumble(int Failures);

/// <summary>Fails in every attempt.</summary>
/// <param name="Message">Its own id, for who is told of its death.</param>
public sealed record Poison(Guid Message);
