using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Campaigns.Server.Tests.Support;

/// <summary>An SMTP relay that takes whatever comes over any number of connections, and keeps the messages as they came.</summary>
sealed class MailSink : IAsyncDisposable
{
    static readonly byte[] EndOfText = "\r\n.\r\n"u8.ToArray();

    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource closing = new();
    readonly Task accepting;

    public MailSink()
    {
        listener.Start(backlog: 512);
        accepting = Accept();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>The envelope's recipient, and the text with its dots as they were sent.</summary>
    public ConcurrentQueue<(string To, byte[] Text)> Messages { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        listener.Dispose();
        await accepting;
        closing.Dispose();
    }

    async Task Accept()
    {
        var conversations = new List<Task>();
        try
        {
            while (true)
            {
                conversations.Add(Converse(await listener.AcceptTcpClientAsync(closing.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(conversations);
        }
    }

    async Task Converse(TcpClient client)
    {
        using (client)
        {
            var stream = client.GetStream();
            var unread = new List<byte>();
            var to = "";
            await Say(stream, "220 sink");
            while (await ReadTo("\r\n"u8.ToArray(), stream, unread) is { } line)
            {
                var command = Encoding.UTF8.GetString(line).TrimEnd();
                switch (command.Split(' ')[0].ToUpperInvariant())
                {
                    case "EHLO":
                        await Say(stream, "250-sink\r\n250-8BITMIME\r\n250 SMTPUTF8");
                        break;
                    case "RCPT":
                        to = command[(command.IndexOf('<', StringComparison.Ordinal) + 1)..command.LastIndexOf('>')];
                        await Say(stream, "250 OK");
                        break;
                    case "DATA":
                        await Say(stream, "354 Go on");
                        if (await ReadTo(EndOfText, stream, unread) is { } text)
                        {
                            Messages.Enqueue((to, text[..^3]));
                            await Say(stream, "250 queued");
                        }

                        break;
                    case "QUIT":
                        await Say(stream, "221 Bye");
                        return;
                    default:
                        await Say(stream, "250 OK");
                        break;
                }
            }
        }
    }

    static Task Say(NetworkStream stream, string line) => stream.WriteAsync(Encoding.UTF8.GetBytes(line + "\r\n")).AsTask();

    /// <returns>What came, the mark included; null where the other side hung up before.</returns>
    static async Task<byte[]?> ReadTo(byte[] mark, NetworkStream stream, List<byte> unread)
    {
        var buffer = new byte[16_384];
        for (var from = 0; ;)
        {
            var all = unread.ToArray();
            var end = all.AsSpan(from).IndexOf(mark);
            if (end >= 0)
            {
                var length = from + end + mark.Length;
                unread.RemoveRange(0, length);
                return all[..length];
            }

            from = Math.Max(0, all.Length - mark.Length);
            var read = await stream.ReadAsync(buffer);
            if (read == 0)
            {
                return null;
            }

            unread.AddRange(buffer.AsSpan(0, read));
        }
    }
}
