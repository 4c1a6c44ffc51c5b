using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Campaigns.Recipients;
using Campaigns.Storage;
using HandlebarsDotNet;

namespace Campaigns.Authoring.Rendering;

/// <summary>Compiles contents, once each; for any number of threads.</summary>
public static class TemplateRenderer
{
    /// <summary>Beyond this many contents all are forgotten at once: compiling one again costs milliseconds.</summary>
    const int MostKept = 500;

    static readonly IHandlebars Html = Create(escape: true);
    static readonly IHandlebars Plain = Create(escape: false);
    static readonly ConcurrentDictionary<TemplateContent, CompiledTemplate> Kept = new();

    /// <summary>The template, ready to render; or a refusal <c>template-invalid</c> that says what is wrong and where.</summary>
    public static bool TryCompile(
        TemplateContent content, [NotNullWhen(true)] out CompiledTemplate? template, [NotNullWhen(false)] out Refusal? refusal)
    {
        refusal = null;
        if (Kept.TryGetValue(content, out template))
        {
            return true;
        }

        string? wrong;
        if ((wrong = Compile("subject", content.Subject, Plain, out var subject)) is not null
            || (wrong = Compile("html", content.Html, Html, out var html)) is not null
            || (wrong = Compile("text", content.Text, Plain, out var text)) is not null
            || (wrong = Compile("sms", content.Sms, Plain, out var sms)) is not null)
        {
            refusal = new Refusal("template-invalid", wrong, RefusalKind.Invalid);
            return false;
        }

        if (Kept.Count >= MostKept)
        {
            Kept.Clear();
        }

        template = Kept.GetOrAdd(content, new CompiledTemplate(subject, html, text ?? Derived(content.Html, html), sms));
        return true;
    }

    static string? Compile(string part, string? source, IHandlebars handlebars, out HandlebarsTemplate<object, object>? compiled)
    {
        compiled = null;
        if (string.IsNullOrEmpty(source))
        {
            return null;
        }

        if (TemplateSyntax.Check(source) is { } wrong)
        {
            return $"{part}, {wrong}.";
        }

        try
        {
            var write = handlebars.Compile(new StringReader(source));
            compiled = (fields, data) =>
            {
                using var text = new BoundedText();
                write(text, fields, data);
                return text.ToString();
            };
            compiled(new Dictionary<string, string>()); // what only shows when it renders shows now
            return null;
        }
        catch (Exception error) when (error is HandlebarsException or InvalidOperationException or ArgumentException)
        {
            return $"{part}: {error.Message.ReplaceLineEndings(" ")}";
        }
    }

    static HandlebarsTemplate<object, object>? Derived(string? source, HandlebarsTemplate<object, object>? html)
    {
        if (html is null)
        {
            return null;
        }

        // Blocks that begin inside a tag and end outside of it do not survive the loss of the tags: then the outcome is stripped.
        return Compile("text", HtmlToText.Convert(source!), Plain, out var text) is null
            ? text ?? ((_, _) => "")
            : (fields, data) => HtmlToText.Convert(html(fields, data));
    }

    static IHandlebars Create(bool escape)
    {
        var configuration = new HandlebarsConfiguration { NoEscape = !escape };
        configuration.FormatterProviders.Add(new UnresolvedVariables());
        var handlebars = Handlebars.Create(configuration);
        TemplateHelpers.Register(handlebars);
        return handlebars;
    }
}

/// <summary>A template that only needs the fields of a recipient.</summary>
public sealed class CompiledTemplate
{
    readonly HandlebarsTemplate<object, object>? subject;
    readonly HandlebarsTemplate<object, object>? html;
    readonly HandlebarsTemplate<object, object>? text;
    readonly HandlebarsTemplate<object, object>? sms;

    internal CompiledTemplate(
        HandlebarsTemplate<object, object>? subject, HandlebarsTemplate<object, object>? html, HandlebarsTemplate<object, object>? text,
        HandlebarsTemplate<object, object>? sms) =>
        (this.subject, this.html, this.text, this.sms) = (subject, html, text, sms);

    /// <summary>
    /// <see cref="Rendered"/> or, as a text message, <see cref="RenderedText"/>; or <see cref="MissingVariables"/> where a variable is
    /// shown that the fields have not or have empty, or <see cref="Unrenderable"/>. Variables in conditions and in <c>insert</c> may be missing.
    /// </summary>
    public Rendering Render(IReadOnlyDictionary<string, string?> fields, Channel channel = Channel.Email)
    {
        // Empty is as good as absent: "Dear ," is what the policy is there to prevent.
        var values = new Dictionary<string, string>(fields.Count, StringComparer.Ordinal);
        foreach (var (name, value) in fields)
        {
            if (!string.IsNullOrWhiteSpace(value))
            {
                values[name] = value;
            }
        }

        UnresolvedVariables.Begin();
        Rendering rendered;
        try
        {
            rendered = channel == Channel.Sms
                ? new RenderedText(sms?.Invoke(values) ?? "")
                : new Rendered(OneLine(subject?.Invoke(values) ?? ""), html?.Invoke(values), text?.Invoke(values));
        }
        catch (Exception error) when (error is HandlebarsException or ArgumentException or FormatException or InvalidOperationException)
        {
            return new Unrenderable(error.Message.ReplaceLineEndings(" "));
        }

        return UnresolvedVariables.End() is { Count: > 0 } missing ? new MissingVariables(missing) : rendered;
    }

    // A line break out of a field would begin a header of its own.
    static string OneLine(string subject) =>
        subject.AsSpan().ContainsAny('\r', '\n') ? subject.ReplaceLineEndings(" ").Replace('\r', ' ') : subject;
}

/// <summary>What came of rendering: <see cref="Rendered"/>, <see cref="RenderedText"/>, <see cref="MissingVariables"/> or <see cref="Unrenderable"/>.</summary>
public abstract record Rendering;

/// <summary>A message as one recipient gets it.</summary>
/// <param name="Html">Null where the template has none.</param>
/// <param name="Text">The template's own, or what is left of the HTML without its tags; null where it has neither.</param>
public sealed record Rendered(string Subject, string? Html, string? Text) : Rendering;

/// <summary>A text message as one recipient gets it.</summary>
public sealed record RenderedText(string Body) : Rendering
{
    public SmsSegments Segments => SmsSegments.Of(Body);
}

/// <summary>Why a recipient cannot get the message.</summary>
/// <param name="Names">Every variable that is missing, each once.</param>
public sealed record MissingVariables(IReadOnlyList<string> Names) : Rendering;

/// <summary>The template cannot be filled with these fields.</summary>
public sealed record Unrenderable(string Why) : Rendering;

/// <summary>What is written by a template, up to what anybody would send: a loop over a long text would otherwise fill the memory.</summary>
sealed class BoundedText : StringWriter
{
    const int Longest = 4_000_000;

    public BoundedText()
        : base(CultureInfo.InvariantCulture)
    {
    }

    public override void Write(char value)
    {
        Check(1);
        base.Write(value);
    }

    public override void Write(string? value)
    {
        Check(value?.Length ?? 0);
        base.Write(value);
    }

    public override void Write(char[] buffer, int index, int count)
    {
        Check(count);
        base.Write(buffer, index, count);
    }

    public override void Write(ReadOnlySpan<char> buffer)
    {
        Check(buffer.Length);
        base.Write(buffer);
    }

    void Check(int more)
    {
        if (GetStringBuilder().Length + more > Longest)
        {
            throw new InvalidOperationException($"The message would be longer than {Longest} characters.");
        }
    }
}
