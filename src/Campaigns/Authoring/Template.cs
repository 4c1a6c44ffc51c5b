using System.Text.Json.Serialization;

namespace Campaigns.Authoring;

// The stored facts. These shapes are the storage format: fields may be added, never renamed or removed.

public sealed record TemplateCreated(TemplateContent Content);

public sealed record TemplateRevised(TemplateContent Content);

public sealed record TemplateArchived;

/// <summary>What is written: texts with Handlebars expressions for what differs from recipient to recipient.</summary>
/// <param name="Name">For the people who work with it; recipients never see it.</param>
/// <param name="Subject">One line; empty for text messages.</param>
/// <param name="Text">The plain text; null to derive it from <paramref name="Html"/>.</param>
public sealed record TemplateContent(string Name, string Subject, string? Html, string? Text)
{
    /// <summary>Whether there is something to send.</summary>
    [JsonIgnore]
    public bool HasBody => !string.IsNullOrWhiteSpace(Html) || !string.IsNullOrWhiteSpace(Text);
}

/// <summary>A template as it is now; the version of its stream is the version that a campaign holds on to.</summary>
/// <param name="Revision">How often the content was written: 1 after it was created, 0 where there is no such template.</param>
public sealed record Template(TemplateContent Content, int Revision, bool Archived)
{
    public static readonly Template Initial = new(new TemplateContent("", "", null, null), 0, false);

    public Template Apply(object fact) => fact switch
    {
        TemplateCreated created => new Template(created.Content, 1, false),
        TemplateRevised revised => this with { Content = revised.Content, Revision = Revision + 1 },
        TemplateArchived => this with { Archived = true },
        _ => this,
    };
}
