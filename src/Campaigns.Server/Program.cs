using Campaigns.Server.Commands;

return await CommandLine.Run(args);
