using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Campaigns.Tests.Providers.Smtp;

/// <summary>An SMTP relay on a port of its own. Answers as it is told to, breaks off where it is told to, and keeps what it was given.</summary>
sealed class Relay : IDisposable
{
    public const string BreakOff = "";

    /// <summary>Says nothing and waits.</summary>
    public const string Silence = "...";

    /// <summary>When the text has been taken in.</summary>
    public const string EndOfText = ".";

    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly Dictionary<string, string> answers = new(StringComparer.Ordinal)
    {
        ["connect"] = "220 relay", ["EHLO"] = "250-relay\r\n250-AUTH PLAIN\r\n250-8BITMIME\r\n250 SMTPUTF8", ["MAIL"] = "250 OK", ["RCPT"] = "250 OK", ["DATA"] = "354 Go on",
        [EndOfText] = "250 queued as 1", ["QUIT"] = "221 Bye",
    };

    volatile string text = "";

    public Relay(string? at = null, string? answer = null)
    {
        if (at is not null)
        {
            answers[at] = answer!;
        }

        listener.Start();
        Served = Serve();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public ConcurrentQueue<string> Commands { get; } = [];

    public string Text => text;

    /// <summary>The text's headers by name, unfolded.</summary>
    public Dictionary<string, string> Headers => Text[..Text.IndexOf("\n\n", StringComparison.Ordinal)].Replace("\n\t", " ", StringComparison.Ordinal).Replace("\n ", " ", StringComparison.Ordinal).Split('\n')
        .Select(line => line.Split(": ", 2)).ToDictionary(header => header[0], header => header[1], StringComparer.OrdinalIgnoreCase);

    /// <summary>The one conversation, to its end.</summary>
    public Task Served { get; }

    public void Dispose() => listener.Dispose();

    async Task Serve()
    {
        using var client = await listener.AcceptTcpClientAsync();
        using var reader = new StreamReader(client.GetStream(), Encoding.UTF8);
        await using var writer = new StreamWriter(client.GetStream(), new UTF8Encoding(false)) { AutoFlush = true, NewLine = "\r\n" };
        if (!await Answer("connect", writer))
        {
            return;
        }

        while (await reader.ReadLineAsync() is { } line)
        {
            Commands.Enqueue(line);
            var command = line.Split(' ')[0];
            if (!await Answer(command, writer))
            {
                return;
            }

            if (command == "DATA" && answers["DATA"].StartsWith("354", StringComparison.Ordinal))
            {
                var lines = new StringBuilder();
                while (await reader.ReadLineAsync() is { } part and not ".")
                {
                    lines.Append(part.StartsWith('.') ? part[1..] : part).Append('\n'); // a dot more where one begins a line
                }

                text = lines.ToString();
                if (!await Answer(EndOfText, writer))
                {
                    return;
                }
            }
        }
    }

    async Task<bool> Answer(string to, StreamWriter writer)
    {
        var answer = answers.GetValueOrDefault(to, "502 Not known");
        if (answer is not (BreakOff or Silence))
        {
            await writer.WriteLineAsync(answer);
        }

        return answer != BreakOff;
    }
}
