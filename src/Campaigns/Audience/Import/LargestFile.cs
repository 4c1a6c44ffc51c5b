using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Configuration;

namespace Campaigns.Audience.Import;

/// <summary>On an endpoint that takes a file of contacts: bytes of the largest one, <c>Import:LargestFileBytes</c>.</summary>
public sealed record LargestFile(long? MaxRequestBodySize) : IRequestSizeLimitMetadata
{
    const long ByDefault = 1L << 30;

    public static LargestFile From(IConfiguration settings) => new(settings.GetValue("Import:LargestFileBytes", ByDefault));
}
