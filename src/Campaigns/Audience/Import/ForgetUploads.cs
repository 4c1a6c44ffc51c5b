using Campaigns.Storage;
using Marten;
using Wolverine.Attributes;

namespace Campaigns.Audience.Import;

/// <summary>Removes files that nobody takes in any more, and what a dry run has seen that did not come to its end.</summary>
[MessageIdentity("forget_uploads")]
public sealed record ForgetUploads
{
    /// <summary>After the last part of a file whose server died before all of it was there.</summary>
    public static readonly TimeSpan KeptBroken = TimeSpan.FromDays(1);

    /// <summary>After an import failed: until then its dead letter can be brought back.</summary>
    public static readonly TimeSpan KeptFailed = TimeSpan.FromDays(7);
}

public static class ForgetUploadsHandler
{
    static readonly string ForgetParts = Sql.Beside<ForgetUploads>(nameof(ForgetParts));
    static readonly string ForgetSeen = Sql.Beside<ForgetUploads>(nameof(ForgetSeen));

    public static void Handle(ForgetUploads message, IDocumentSession session, TimeProvider clock)
    {
        var now = clock.Microseconds();
        session.Sql(ForgetParts, now - ForgetUploads.KeptBroken, now - ForgetUploads.KeptFailed);
        session.Sql(ForgetSeen, now - ForgetUploads.KeptFailed);
    }
}
