using System.CommandLine;
using System.Globalization;
using Campaigns.Server.Commands;

namespace Campaigns.Server.Demo;

static class DemoCommand
{
    public static Command Create()
    {
        var contacts = new Option<FileInfo?>("--contacts") { Description = "A CSV file of contacts; docs/samples/contacts.csv when left out" };
        var recipients = new Option<int?>("--recipients") { Description = "Make up this many contacts instead" };
        var json = new Option<bool>("--json") { Description = "End with one line of JSON on standard output" };
        var keep = new Option<bool>("--keep") { Description = "Leave everything running afterwards, to look at, until Ctrl-C" };
        var command = new Command("demo", "Take one whole campaign from a CSV file to the final report, on a private stack of its own")
        {
            contacts, recipients, json, keep,
        };
        recipients.Validators.Add(given =>
        {
            if (given.Tokens is not [{ Value: var text }] || !int.TryParse(text, CultureInfo.InvariantCulture, out var count) || count is < 1 or > 10_000_000)
            {
                given.AddError("--recipients takes a number from 1 to 10000000.");
            }
        });
        command.Validators.Add(parsed =>
        {
            if (parsed.GetResult(recipients) is not null && parsed.GetValue(contacts) is not null)
            {
                parsed.AddError("Give either --contacts or --recipients.");
            }

            if (parsed.GetValue(contacts) is { Exists: false } file)
            {
                parsed.AddError($"There is no file {file.FullName}.");
            }
        });
        command.SetAction((parsed, ct) => CommandLine.Guarded(
            token => DemoRun.Run(
                DemoContacts.From(parsed.GetValue(contacts), parsed.GetValue(recipients)), parsed.GetValue(json), parsed.GetValue(keep), token), ct));
        return command;
    }
}
