using Wolverine.Attributes;

namespace Campaigns.Consent;

/// <summary>The provider is to be told that a person wants no more messages.</summary>
[MessageIdentity("suppress_at_provider")]
public sealed record SuppressAtProvider(string Address);

/// <summary>The provider is to be told that a person may be written to again.</summary>
[MessageIdentity("reinstate_at_provider")]
public sealed record ReinstateAtProvider(string Address);

/// <summary>The provider is to erase what it keeps about a person.</summary>
[MessageIdentity("erase_at_provider")]
public sealed record EraseAtProvider(string Address);

/// <summary>A page of one of the provider's lists is to be read into ours.</summary>
[MessageIdentity("import_suppressions")]
public sealed record ImportSuppressions(string List, int Offset);
