using System.Text.RegularExpressions;

namespace Campaigns.Consent;

/// <summary>What a person asks for with one word of a text message.</summary>
public enum SmsKeyword { Stop, Start, Help }

/// <summary>Finds the words by which people withdraw their consent, give it again, or ask for help.</summary>
public static partial class SmsKeywords
{
    static readonly HashSet<string> Stop = ["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"];
    static readonly HashSet<string> Start = ["START", "YES", "UNSTOP"];
    static readonly HashSet<string> Help = ["HELP", "INFO"];

    /// <summary>
    /// Null for anything else. To be left alone it is enough to begin with the word, as in "stop please": the law asks to honour any
    /// reasonable way of saying so. To get messages again the word must stand alone.
    /// </summary>
    public static SmsKeyword? Find(string body) => Word().Matches(body.ToUpperInvariant()).Select(word => word.Value).ToArray() switch
    {
        [var first, ..] when Stop.Contains(first) => SmsKeyword.Stop,
        ["OPT", "OUT", ..] => SmsKeyword.Stop,
        [var only] when Start.Contains(only) => SmsKeyword.Start,
        [var only] when Help.Contains(only) => SmsKeyword.Help,
        _ => null,
    };

    [GeneratedRegex(@"[\p{L}\p{N}]+")]
    private static partial Regex Word();
}
