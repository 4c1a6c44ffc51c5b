namespace Campaigns.Server.Tests.Postgres;

/// <summary>A fact about a server started as root; skipped for ordinary users.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FactAsRootAttribute : FactAttribute
{
    public FactAsRootAttribute()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            Skip = "Only root can switch to another user.";
        }
    }
}
