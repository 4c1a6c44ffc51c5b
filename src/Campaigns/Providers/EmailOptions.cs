namespace Campaigns.Providers;

/// <summary>Settings under <c>Email</c>.</summary>
public sealed class EmailOptions
{
    public EmailProvider Provider { get; set; } = EmailProvider.SendGrid;
}

/// <summary>Who takes e-mail.</summary>
public enum EmailProvider { SendGrid, Smtp }
