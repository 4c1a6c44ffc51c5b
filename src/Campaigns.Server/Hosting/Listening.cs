using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace Campaigns.Server.Hosting;

/// <summary>
/// Where the server and the sandbox are going to listen: looked at before anything else starts, so that a taken port costs nobody a start of PostgreSQL
/// and a migration first.
/// </summary>
/// <param name="isPrivate">
/// Nobody but the person in front of it knows this server: an address that nobody chose may move to the next free port, and it is told. Where a connection
/// string is given, others rely on the address, and it never moves.
/// </param>
/// <param name="tell">Takes a line for people.</param>
sealed class Listening(ConfigurationManager configuration, bool isPrivate, Action<string> tell)
{
    const string DefaultUrl = "http://127.0.0.1:5080";

    /// <summary>How many ports behind a taken one are tried.</summary>
    const int Tried = 100;

    /// <summary>Ports of the server: free until it listens, and not for the sandbox.</summary>
    int[] ours = [];

    /// <summary>Sets <c>Urls</c>.</summary>
    /// <param name="port">Takes the place of the port there; null leaves it.</param>
    /// <exception cref="StartException">The port is taken; the message says which one is free.</exception>
    public void ChooseServer(int? port)
    {
        // The default is set here and not in the settings file, which would outweigh ASPNETCORE_URLS.
        var given = configuration["Urls"];
        var urls = (string.IsNullOrEmpty(given) ? DefaultUrl : given).Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (port is { } wanted)
        {
            urls = urls is [var only]
                ? [WithPort(Parse(only), wanted)]
                : throw new StartException($"--port is for one address, and Urls has {urls.Length} ({given}): give --urls instead.");
        }

        // Endpoints of Kestrel's own outweigh these addresses.
        var mayMove = isPrivate && port is null && string.IsNullOrEmpty(given);
        if (!configuration.GetSection("Kestrel:Endpoints").Exists())
        {
            urls = [.. urls.Select(url => Free(url, mayMove, "", free => $"--port {free}"))];
            ours = [.. urls.Select(url => Parse(url).Port)];
        }

        configuration["Urls"] = string.Join(';', urls);
    }

    /// <summary>Sets <c>Sandbox:Url</c>.</summary>
    /// <exception cref="StartException">The port is taken; the message says which one is free.</exception>
    public void ChooseSandbox()
    {
        var given = configuration["Sandbox:Url"];
        configuration["Sandbox:Url"] = string.IsNullOrEmpty(given)
            ? Free(SandboxSettings.DefaultUrl, isPrivate, " for the sandbox", Choice)
            : Free(given, mayMove: false, " for the sandbox", Choice);

        static string Choice(int free) => $"Sandbox__Url=http://127.0.0.1:{free} in the environment";
    }

    /// <returns>The address, or the one to listen at instead.</returns>
    string Free(string url, bool mayMove, string purpose, Func<int, string> choice)
    {
        var address = Parse(url);
        if (address.IsUnixPipe || address.IsNamedPipe || address.Port == 0)
        {
            return url;
        }

        if (WhyNot(address, address.Port) is { } why)
        {
            var told = why == SocketError.AddressAlreadyInUse
                ? $"Port {address.Port}{purpose} is taken: another program listens there, perhaps another Campaigns ('lsof -i :{address.Port}' names it)."
                : $"The server cannot listen on {url}{purpose}: {new SocketException((int)why).Message}.";
            var next = Enumerable.Range(address.Port + 1, Tried).FirstOrDefault(port => port <= IPEndPoint.MaxPort && WhyNot(address, port) is null);
            if (!mayMove || next == 0)
            {
                throw new StartException(next == 0 ? told : $"{told} Start with {choice(next)}, which is free.");
            }

            tell($"{told} Port {next} is free and takes its place.");
            return WithPort(address, next);
        }

        return url;
    }

    /// <returns>What is in the way of listening there; null when nothing is.</returns>
    SocketError? WhyNot(BindingAddress address, int port)
    {
        if (ours.Contains(port))
        {
            return SocketError.AddressAlreadyInUse;
        }

        var host = Host(address);
        try
        {
            using var listener = new TcpListener(host, port);
            if (host.Equals(IPAddress.IPv6Any))
            {
                listener.Server.DualMode = true;
            }

            listener.Start();
            return null;
        }
        catch (SocketException error) when (error.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied || !host.Equals(IPAddress.IPv6Any))
        {
            return error.SocketErrorCode;
        }
        catch (SocketException)
        {
            return null; // there is no IPv6 here, as in many containers: Kestrel makes do without it
        }
    }

    /// <summary>As Kestrel understands it: what is neither an address nor localhost is every address there is.</summary>
    static IPAddress Host(BindingAddress address) =>
        IPAddress.TryParse(address.Host.Trim('[', ']'), out var host) ? host
        : address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) ? IPAddress.Loopback
        : Socket.OSSupportsIPv6 ? IPAddress.IPv6Any
        : IPAddress.Any;

    static string WithPort(BindingAddress address, int port) => $"{address.Scheme}://{address.Host}:{port}{address.PathBase}";

    static BindingAddress Parse(string url)
    {
        try
        {
            return BindingAddress.Parse(url);
        }
        catch (FormatException error)
        {
            throw new StartException($"{error.Message.TrimEnd('.')}. An address looks like http://127.0.0.1:5080.");
        }
    }
}
