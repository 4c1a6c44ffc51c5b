using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Campaigns.Server.Tests.Support;

/// <summary>The commands that a document of this repository gives its readers.</summary>
static partial class Document
{
    /// <summary>Where readers stand when they copy them.</summary>
    public static string Root { get; } = FindRoot();

    /// <returns>The blocks marked <c>sh</c>, from top to bottom.</returns>
    public static IReadOnlyList<string> Commands(string document) => Blocks(Text(document));

    /// <returns>Those of one chapter, as far as the next heading.</returns>
    /// <param name="heading">With its number signs.</param>
    public static IReadOnlyList<string> Commands(string document, string heading)
    {
        var chapter = Regex.Match(Text(document), $@"^{Regex.Escape(heading)}\n(?<text>.*?)(?=^\#\#)", RegexOptions.Multiline | RegexOptions.Singleline);
        chapter.Success.ShouldBeTrue(heading);
        return Blocks(chapter.Groups["text"].Value);
    }

    public static string Text(string document) => File.ReadAllText(Path.Combine(Root, document));

    /// <summary>Puts in what only a reader knows. Each must be there to be replaced, once and as a line of its own.</summary>
    public static string With(this string commands, params (string Line, string Value)[] lines)
    {
        foreach (var (line, value) in lines)
        {
            var found = new Regex($@"^{Regex.Escape(line)}(?=\s|$)", RegexOptions.Multiline);
            found.Count(commands).ShouldBe(1, $"{line} in {commands}");
            commands = found.Replace(commands, value.Replace("$", "$$", StringComparison.Ordinal));
        }

        return commands;
    }

    static IReadOnlyList<string> Blocks(string text) => [.. ShellBlock().Matches(text).Select(block => block.Groups["commands"].Value)];

    static string FindRoot([CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", ".."));

    [GeneratedRegex(@"^```sh\n(?<commands>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex ShellBlock();
}
