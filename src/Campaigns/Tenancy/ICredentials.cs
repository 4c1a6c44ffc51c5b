namespace Campaigns.Tenancy;

/// <summary>What opens an account at a provider, as callers give it and as it is kept, encrypted.</summary>
public interface ICredentials
{
    /// <summary>In addresses and in the table.</summary>
    static abstract string Provider { get; }

    /// <returns>What is wrong, by member, and never a word of what was given; empty when nothing is.</returns>
    IDictionary<string, string[]> Errors();
}
