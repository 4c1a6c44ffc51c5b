using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Campaigns.Sandbox.SendGrid.Behaving;

namespace Campaigns.Sandbox.SendGrid.Accepting;

/// <summary>Turns a request that passed the rules into messages.</summary>
static class Composition
{
    public static Submission Submit(JsonElement mail, byte[] received, DateTimeOffset now) => new()
    {
        Id = Base64Url.EncodeToString(Guid.NewGuid().ToByteArray()),
        At = now,
        Category = mail.Get("categories") is var categories && categories.Exists() ? Encoding.UTF8.GetBytes(categories.GetRawText()) : null,
        UnsubscribeGroup = mail.Get("asm").Get("group_id") is { ValueKind: JsonValueKind.Number } group && group.TryGetInt32(out var id) ? id : null,
        Pool = mail.Get("ip_pool_name").Text(),
        Received = received,
    };

    /// <summary>The messages, each with its recipients and what they are like.</summary>
    public static IEnumerable<(Email Message, string[] Addresses, Character[] Characters)> Emails(
        JsonElement mail, Submission submission, SandboxOptions options, Tally tally)
    {
        var number = 0;
        foreach (var one in mail.Get("personalizations").Items())
        {
            string[] addresses = [.. Addresses(one)];
            Character[] characters = [.. addresses.Select(address => Recipients.Decide(options.Seed, address))];
            var clicks = characters.Any(character => character.Course.Contains(Happening.Clicked));
            var arguments = CustomArguments.Merge(mail.Get("custom_args"), one.Get("custom_args"));
            var message = new Email
            {
                Submission = submission,
                Number = number++,
                SenderId = CustomArguments.Find(arguments, options.MessageIdArgument),
                From = one.Get("from").Get("email").Text() ?? mail.Get("from").Get("email").Text() ?? "",
                To = string.Join(", ", addresses),
                Subject = Substitution.Apply(one.Get("subject").Text() ?? mail.Get("subject").Text() ?? "", one),
                CustomArguments = arguments,
                SendAt = SendAt(one.Get("send_at")) ?? SendAt(mail.Get("send_at")),
                Link = clicks ? Links.First(mail, one) : null,
                Tally = tally,
            };
            yield return (message, addresses, characters);
        }
    }

    static IEnumerable<string> Addresses(JsonElement personalization) =>
        from list in (string[])["to", "cc", "bcc"]
        from address in personalization.Get(list).Items()
        select address.Get("email").Text();

    static DateTimeOffset? SendAt(JsonElement sendAt) =>
        sendAt.ValueKind is JsonValueKind.Number ? DateTimeOffset.FromUnixTimeSeconds(Math.Max(0, sendAt.GetInt64())) : null;
}
