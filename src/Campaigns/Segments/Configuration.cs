using Campaigns.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Campaigns.Segments;

/// <summary>Contacts by what is known of them and what came of messages to them.</summary>
static class Configuration
{
    public static void Add(ModuleBuilder module)
    {
        module.Stream<Segment>("segment", kept: true)
            .Event<SegmentCreated>("segment_created")
            .Event<SegmentRevised>("segment_revised")
            .Event<SegmentDeleted>("segment_deleted");
        module.Command(typeof(CreateSegmentHandler), typeof(ReviseSegmentHandler), typeof(DeleteSegmentHandler));
    }

    public static void Map(IEndpointRouteBuilder api, WebApplication app)
    {
        SegmentDirectory.Map(api);
        CreateSegmentEndpoints.Map(api);
        ReviseSegmentEndpoints.Map(api);
        DeleteSegmentEndpoints.Map(api);
    }
}
