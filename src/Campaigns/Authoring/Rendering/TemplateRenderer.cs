using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;
using Campaigns.Audience;
using Campaigns.Recipients;
using Campaigns.Storage;
using HandlebarsDotNet;

namespace Campaigns.Authoring.Rendering;

/// <summary>Compiles contents, for any number of threads. Nothing is kept here: <see cref="CompiledTemplates"/> keeps what campaigns send.</summary>
public static class TemplateRenderer
{
    /// <summary>The template, ready to render; or a refusal <c>template-invalid</c> that says what is wrong, where, and what would do.</summary>
    /// <param name="isSaved">It was checked when it was saved: what can be rendered is rendered, whatever authors are kept from since.</param>
    public static bool TryCompile(
        TemplateContent content, [NotNullWhen(true)] out CompiledTemplate? template, [NotNullWhen(false)] out Refusal? refusal, bool isSaved = false)
    {
        (template, refusal) = (null, null);
        try
        {
            var html = Compile("html", content.Html, escape: true, isSaved);
            var text = Compile("text", content.Text, escape: false, isSaved) ?? Derive(html);
            template = new CompiledTemplate(
                Compile("subject", content.Subject, escape: false, isSaved), html, text, CompileSms(content.Sms, isSaved));
            return true;
        }
        catch (TemplateInvalid wrong)
        {
            refusal = new Refusal("template-invalid", wrong.Message, RefusalKind.Invalid);
            return false;
        }
    }

    static TemplatePart? Compile(string part, string? source, bool escape, bool isSaved)
    {
        if (string.IsNullOrEmpty(source))
        {
            return null;
        }

        if (part is "subject" or "sms" && VisibleText.IsBlank(source))
        {
            throw new TemplateInvalid($"{part}: there is nothing to see in it. Write a text, or leave it empty.");
        }

        if (TemplateSyntax.Check(source, out var outline, isSaved) is { } wrong)
        {
            throw new TemplateInvalid($"{part}, {wrong}.");
        }

        try
        {
            // Each has an environment of its own, which goes when the template goes: the library keeps every name it ever read in one.
            var write = Create(escape, outline!.CostOfTurn).Compile(new StringReader(outline.ToCompile));
            var compiled = new TemplatePart(outline, fields =>
            {
                using var text = new BoundedText();
                write(text, fields, null!);
                return text.ToString();
            });
            using var run = RenderingRun.Begin(CancellationToken.None);
            compiled.Write(NoFields); // what only shows when it renders shows now
            return compiled;
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // Whatever the compiler of the library meets in a template that passed the check, the author's template is what it cannot do.
            throw new TemplateInvalid($"{part}: {error.Message.ReplaceLineEndings(" ")}");
        }
    }

    static TemplatePart? CompileSms(string? source, bool isSaved)
    {
        var sms = Compile("sms", source, escape: false, isSaved);
        return !isSaved && sms?.Outline.AlwaysWritten > RenderedText.Longest
            ? throw new TemplateInvalid(
                $"sms: everybody gets {sms.Outline.AlwaysWritten} characters, and a text message has at most {RenderedText.Longest}. Write less.")
            : sms;
    }

    static TemplatePart? Derive(TemplatePart? html)
    {
        if (html is null)
        {
            return null;
        }

        string? text;
        try
        {
            text = HtmlToText.Convert(html.Outline);
        }
        catch (InvalidOperationException error)
        {
            throw new TemplateInvalid($"html: {error.Message}");
        }

        // Blocks that begin inside a tag and end outside of it do not survive the loss of the tags: then the outcome is stripped.
        return text is null ? TemplatePart.OfEachHtml(html.Outline)
            : text.Length == 0 ? new TemplatePart(html.Outline, _ => "")
            : Compile("text from html", text, escape: false, isSaved: true);
    }

    static IHandlebars Create(bool escape, int costOfTurn)
    {
        var configuration = new HandlebarsConfiguration { NoEscape = !escape, FormatProvider = CultureInfo.InvariantCulture };
        configuration.FormatterProviders.Add(new WrittenValues());
        configuration.ObjectDescriptorProviders.Add(new RecipientFieldsDescriptors(costOfTurn));
        TemplateHelpers.Register(configuration);
        return Handlebars.Create(configuration);
    }

    static readonly RecipientFields NoFields = new(new Dictionary<string, string?>());

    sealed class TemplateInvalid(string message) : Exception(message);
}

/// <summary>One of the texts of a template, ready to render.</summary>
sealed record TemplatePart(TemplateOutline Outline, Func<RecipientFields, string> Write)
{
    /// <summary>A text that is made of the HTML once that is written.</summary>
    public static TemplatePart OfEachHtml(TemplateOutline html) => new(html, _ => "") { IsOfEachHtml = true };

    public bool IsOfEachHtml { get; private init; }
}

/// <summary>A template that only needs the fields of a recipient.</summary>
public sealed partial class CompiledTemplate
{
    /// <summary>What a compiled expression takes, as measured; the text around it is kept twice, in the outline and in the program.</summary>
    const int BytesOfExpression = 1_500;

    readonly TemplatePart? subject;
    readonly TemplatePart? html;
    readonly TemplatePart? text;
    readonly TemplatePart? sms;

    internal CompiledTemplate(TemplatePart? subject, TemplatePart? html, TemplatePart? text, TemplatePart? sms)
    {
        (this.subject, this.html, this.text, this.sms) = (subject, html, text, sms);
        HidesUnsubscribe = html is not null && ShownLink.IsHidden(html.Outline);
        Bytes = new[] { subject, html, text, sms }.OfType<TemplatePart>()
            .Sum(part => 50_000L + (4L * part.Outline.Source.Length) + (BytesOfExpression * (long)part.Outline.Cost));
    }

    /// <summary>The HTML names the link to unsubscribe, but where nobody sees it, as in a comment or in what is not displayed.</summary>
    public bool HidesUnsubscribe { get; }

    /// <summary>How much memory it takes, roughly.</summary>
    public long Bytes { get; }

    /// <summary>
    /// <see cref="Rendered"/> or, as a text message, <see cref="RenderedText"/>; or <see cref="MissingVariables"/> where a variable is
    /// shown that the fields have not or have empty, or <see cref="Unrenderable"/>. Variables in conditions and in <c>insert</c> may be missing.
    /// </summary>
    /// <exception cref="OperationCanceledException">The token was cancelled before it was done.</exception>
    public Rendering Render(IReadOnlyDictionary<string, string?> fields, Channel channel = Channel.Email, CancellationToken ct = default) =>
        Render(fields, null, channel, ct);

    /// <inheritdoc cref="Render(IReadOnlyDictionary{string, string}, Channel, CancellationToken)"/>
    /// <param name="offers">What the message is about, each by its fields; null where it is about no offers.</param>
    public Rendering Render(
        IReadOnlyDictionary<string, string?> fields, IReadOnlyList<IReadOnlyDictionary<string, string?>>? offers, Channel channel, CancellationToken ct)
    {
        var values = new RecipientFields(fields, offers);
        try
        {
            return Write(values, channel, ct);
        }
        catch (RenderingTooLong error) when (error.IsByTime)
        {
            // A process that stood still has lost the time, not used it: the second time tells.
            try
            {
                return Write(values, channel, ct);
            }
            catch (RenderingTooLong again)
            {
                return new Unrenderable(again.Message);
            }
        }
        catch (RenderingTooLong error)
        {
            return new Unrenderable(error.Message);
        }
    }

    Rendering Write(RecipientFields values, Channel channel, CancellationToken ct)
    {
        using var run = RenderingRun.Begin(ct);
        Rendering rendered;
        try
        {
            rendered = channel == Channel.Sms ? WriteText(values) : WriteEmail(values);
        }
        catch (ArithmeticException)
        {
            return new Unrenderable("A number in it is too large: numbers have at most 28 digits.");
        }
        catch (Exception error) when (error is HandlebarsException or ArgumentException or FormatException or InvalidOperationException)
        {
            return new Unrenderable(error.Message.ReplaceLineEndings(" "));
        }

        return run.Missing is { } missing ? new MissingVariables(missing) : rendered;
    }

    Rendering WriteText(RecipientFields values)
    {
        var body = sms?.Write(values) ?? "";
        return sms is null ? new RenderedText(body)
            : VisibleText.IsBlank(body) ? new Unrenderable("The text message has no text.", "text-empty")
            : body.Length > RenderedText.Longest ? new Unrenderable(
                $"The text message has {body.Length} characters; at most {RenderedText.Longest} can be sent.", "text-too-long")
            : new RenderedText(body);
    }

    Rendering WriteEmail(RecipientFields values)
    {
        var (line, written) = (OneLine(subject?.Write(values) ?? ""), html?.Write(values));
        var rendered = new Rendered(line, written, text is { IsOfEachHtml: true } ? HtmlToText.Convert(written!) : text?.Write(values));
        return subject is not null && VisibleText.IsBlank(rendered.Subject) ? new Unrenderable("The subject is empty.", "subject-empty")
            : (html is not null || text is not null) && ShowsNothing(rendered)
                ? new Unrenderable("The message is empty.", "body-empty")
            : rendered;
    }

    // Words are what the text has, and where that is the author's own, the HTML may have them alone; a picture says something without any.
    static bool ShowsNothing(Rendered rendered) => VisibleText.IsBlank(rendered.Text)
        && (VisibleText.IsBlank(rendered.Html) || (!Picture().IsMatch(rendered.Html) && VisibleText.IsBlank(HtmlToText.Convert(rendered.Html))));

    [GeneratedRegex("<(?:img|svg|picture|video|audio|object|embed|iframe|input|button|v:)|background", RegexOptions.IgnoreCase)]
    private static partial Regex Picture();

    // A line break out of a field would begin a header of its own, and a control character belongs into none.
    static string OneLine(string subject) => VisibleText.MakeLine(subject);
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
    /// <summary>How many characters providers take at most.</summary>
    public const int Longest = 1600;

    public SmsSegments Segments => SmsSegments.Of(Body);
}

/// <summary>Why a recipient cannot get the message.</summary>
/// <param name="Names">Every variable that is missing, each once.</param>
public sealed record MissingVariables(IReadOnlyList<string> Names) : Rendering
{
    public const string Code = "missing-variables";
}

/// <summary>With these fields the template gives nothing that can be sent; no provider was asked.</summary>
/// <param name="Code">Stable: <c>unrenderable</c>, <c>subject-empty</c>, <c>body-empty</c>, <c>text-empty</c> or <c>text-too-long</c>.</param>
public sealed record Unrenderable(string Why, string Code = "unrenderable") : Rendering
{
    /// <summary>The codes of failures of messages that were never handed over, <see cref="MissingVariables.Code"/> among them.</summary>
    public static readonly FrozenSet<string> Codes =
        new[] { "unrenderable", "subject-empty", "body-empty", "text-empty", "text-too-long", MissingVariables.Code }.ToFrozenSet(StringComparer.Ordinal);
}

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
        RenderingRun.Current.Step();
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
