namespace Campaigns.Tenancy;

/// <summary>What opens an account at a provider, as callers give it and as it is kept, encrypted.</summary>
public interface ICredentials
{
    /// <summary>In addresses and in the table.</summary>
    static abstract string Provider { get; }

    /// <summary>Webhooks are verified with them: once replaced or removed they are kept for as long as the provider may still sign with them.</summary>
    static abstract bool VerifyWebhooks { get; }

    /// <returns>What is wrong, by member, and never a word of what was given; empty when nothing is.</returns>
    IDictionary<string, string[]> Errors();
}

/// <summary>The credentials of an organisation at a provider.</summary>
/// <param name="Present">Null: it has none, and uses the account that is configured for all.</param>
/// <param name="Accepted">With which webhooks may be signed: the present ones, and for a while those that were replaced or removed.</param>
public sealed record OwnCredentials<T>(T? Present, IReadOnlyList<T> Accepted)
    where T : ICredentials;
