using Campaigns.Audience.Import;
using Campaigns.Audience.Offers;
using Campaigns.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Campaigns.Audience;

/// <summary>Contacts and lists: bulk data in plain tables. Imports are streams.</summary>
static class Configuration
{
    const string Erased = "erased";

    public static void Add(ModuleBuilder module)
    {
        module.Stream<ContactImport>("contact_import", kept: true)
            .Event<ImportStarted>("import_started")
            .Event<ImportProgressed>("import_progressed")
            .Event<ImportCompleted>("import_completed")
            .Event<ImportFailed>("import_failed");
        module
            .Mask<ImportStarted>(fact => fact with { FileName = null, Columns = null, Map = null })
            .Mask<ImportCompleted>(fact => fact with { Warnings = null })
            .Mask<ImportFailed>(fact => fact with { Reason = Erased })
            .Command(
                typeof(AddListMembersHandler), typeof(ChangeContactHandler), typeof(CreateContactHandler), typeof(CreateListHandler),
                typeof(DeleteContactHandler), typeof(DeleteListHandler), typeof(ImportContactsHandler), typeof(RemoveListMembersHandler),
                typeof(SetOffersHandler), typeof(ImportOffersHandler))
            .Handle<LookAfterImport>("planning", typeof(LookAfterImportHandler))
            .Handle<TakeImport>("importing", typeof(TakeImportHandler))
            .Queue("importing", 2)
            .WhenDead<TakeImport>((message, _, why) => new FailImport(message.ImportId, $"An error in the server, again and again: {why}"))
            .Handle<ForgetUploads>("housekeeping", typeof(ForgetUploadsHandler))
            .Every("forget_uploads", "20 * * * *", () => new ForgetUploads());
        module.Services.AddScoped<ImportUpload>();
    }

    public static void Map(IEndpointRouteBuilder api, WebApplication app)
    {
        ImportContactsEndpoints.Map(api);
        ImportReportEndpoints.Map(api);
        ContactLists.Map(api);
        CreateListEndpoints.Map(api);
        DeleteListEndpoints.Map(api);
        AddListMembersEndpoints.Map(api);
        RemoveListMembersEndpoints.Map(api);
        Contacts.Map(api);
        CreateContactEndpoints.Map(api);
        ChangeContactEndpoints.Map(api);
        DeleteContactEndpoints.Map(api);
        OffersOfContactEndpoints.Map(api);
        ImportOffersEndpoints.Map(api);
    }
}
