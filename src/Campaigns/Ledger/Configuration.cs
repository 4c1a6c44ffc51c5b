using Campaigns.Storage;

namespace Campaigns.Ledger;

/// <summary>Who is where: the rows of recipients, batches and counts, kept with every commit.</summary>
static class Configuration
{
    public static void Add(ModuleBuilder module) => module.Inline(new CampaignLedger());
}
