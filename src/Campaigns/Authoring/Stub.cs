using Campaigns.Engine.Events;
namespace Campaigns.Authoring;
public sealed record TemplateContent(string Name, string Subject, string? Html, string? Text) { public bool HasBody => Html is not null; }
public sealed record Template(TemplateContent Content) { public static readonly Template Initial = new(new TemplateContent("","",null,null)); }
public sealed record Rendered(string Subject, string? Html, string? Text);
public sealed record Rendering(Rendered? Content, IReadOnlyList<string> MissingVariables);
public sealed class CompiledTemplate { public Rendering Render(IReadOnlyDictionary<string,string?> fields) => new(null, [Subject]); public string Subject { get; } = ""; }
public sealed record Compilation(CompiledTemplate? Template, Refusal? Refusal);
public static class TemplateRenderer { public static Compilation Compile(TemplateContent c) => new(new CompiledTemplate(), null); }
