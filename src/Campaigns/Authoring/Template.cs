using System.Text.Json.Serialization;
using Campaigns.Recipients;
using Campaigns.Storage;

namespace Campaigns.Authoring;

// The stored facts. These shapes are the storage format: fields may be added, never renamed or removed.

public sealed record TemplateCreated(TemplateContent Content);

public sealed record TemplateRevised(TemplateContent Content);

public sealed record TemplateArchived;

/// <summary>What is written: texts with Handlebars expressions for what differs from recipient to recipient.</summary>
/// <param name="Name">For the people who work with it; recipients never see it.</param>
/// <param name="Subject">One line; empty where it is for text messages only.</param>
/// <param name="Text">The plain text; null to derive it from <paramref name="Html"/>.</param>
/// <param name="Sms">What is sent as a text message; null where it is for e-mail only.</param>
public sealed record TemplateContent(string Name, string Subject = "", string? Html = null, string? Text = null, string? Sms = null)
{
    /// <summary>Whether there is something to send by e-mail.</summary>
    [JsonIgnore]
    public bool HasBody => !string.IsNullOrWhiteSpace(Html) || !string.IsNullOrWhiteSpace(Text);

    /// <summary>What has to be written before it can be sent over a channel; null when nothing has.</summary>
    public Refusal? Lacks(Channel channel) => channel switch
    {
        Channel.Sms when string.IsNullOrWhiteSpace(Sms) =>
            new Refusal("sms-missing", "Its template says nothing by text message: write its sms.", RefusalKind.Invalid),
        Channel.Email when Subject.Length == 0 => new Refusal("subject-missing", "Its template has no subject: an e-mail needs one.", RefusalKind.Invalid),
        Channel.Email when !HasBody => new Refusal("body-missing", "Its template has no body: write one.", RefusalKind.Invalid),
        _ => null,
    };
}

/// <summary>A template as it is now; the version of its stream is the version that a campaign holds on to.</summary>
/// <param name="Revision">How often the content was written: 1 after it was created, 0 where there is no such template.</param>
public sealed record Template(TemplateContent Content, int Revision, bool Archived) : IStreamState<Template>
{
    public static readonly Template Initial = new(new TemplateContent("", "", null, null), 0, false);

    /// <inheritdoc/>
    public Guid Id { get; init; }

    /// <inheritdoc/>
    public static Template Begin(Guid id) => Initial with { Id = id };

    public Template Evolve(object fact) => fact switch
    {
        TemplateCreated created => this with { Content = created.Content, Revision = 1, Archived = false },
        TemplateRevised revised => this with { Content = revised.Content, Revision = Revision + 1 },
        TemplateArchived => this with { Archived = true },
        _ => this,
    };
}
