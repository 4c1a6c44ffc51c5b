using System.CommandLine;
namespace Campaigns.Server.Commands;
static class Demo { public static Command Command() => new("demo"); }
