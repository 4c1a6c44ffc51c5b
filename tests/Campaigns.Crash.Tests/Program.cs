using Campaigns.Crash.Tests.Running;

if (args is not ["node", var name, var connectionString])
{
    await Console.Error.WriteLineAsync("Usage: node NAME CONNECTION-STRING. The tests start it; they are run with dotnet test.");
    return 2;
}

await Node.Run(name, connectionString);
return 0;
