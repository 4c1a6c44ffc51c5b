using Campaigns.Ledger;
using Campaigns.Planning;
using Campaigns.Recipients;
using Campaigns.Storage;
using Marten;
using Wolverine;

namespace Campaigns.Tracking;

/// <summary>A recipient about whom something is to be recorded that happened outside.</summary>
/// <param name="Status">As the ledger has it.</param>
/// <param name="SenderId">In whose name the message went out, if in that of a sender of the organisation's.</param>
sealed record TrackedRecipient(Guid Id, Guid CampaignId, string Status, Guid? SenderId = null)
{
    public void Record(IDocumentSession session, OutgoingMessages messages, object fact)
    {
        if (Status == "queued")
        {
            CampaignLedger.WaitForBatch(session, CampaignId);
        }

        // That it was accepted is news only while nobody knows it: afterwards the provider's word repeats our own record.
        if (fact is not MessageAccepted || Status != "sent")
        {
            session.Append<Recipient>(Id, ExpectedVersion.MustExist, fact);
        }

        if (Status is "inDoubt" or "failed")
        {
            messages.Add(new CompleteCampaign(CampaignId));
        }
    }
}
