using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Campaigns.Http;

/// <summary>
/// HEAD wherever GET is (RFC 9110 9.3.2): answered as GET is, up to the first byte of the body. There the work ends, so that asking about a file of a
/// million rows, or about a stream that never ends, costs its headers only. To come before routing.
/// </summary>
sealed class HeadMiddleware(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext http)
    {
        http.Response.OnStarting(NameHead, http.Response);
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await next(http);
            return;
        }

        var (body, lifetime) = (http.Response.Body, http.Features.GetRequiredFeature<IHttpRequestLifetimeFeature>());
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(lifetime.RequestAborted);
        http.Request.Method = HttpMethods.Get;
        http.Response.Body = new NoBody(body, enough);
        http.Features.Set<IHttpRequestLifetimeFeature>(new Lifetime(lifetime, http.Response) { RequestAborted = enough.Token });
        try
        {
            await next(http);
        }
        finally
        {
            http.Request.Method = HttpMethods.Head; // for the log, and for the server, which counts the bytes of other answers
            http.Response.Body = body;
            http.Features.Set(lifetime);
        }
    }

    /// <summary>Routing does not know that HEAD is allowed where GET is.</summary>
    static Task NameHead(object state)
    {
        var response = (HttpResponse)state;
        if (response.StatusCode == StatusCodes.Status405MethodNotAllowed
            && response.Headers.GetCommaSeparatedValues(HeaderNames.Allow) is var allowed && allowed.Contains(HttpMethods.Get) && !allowed.Contains(HttpMethods.Head))
        {
            response.Headers.Allow = string.Join(", ", allowed.Append(HttpMethods.Head));
        }

        return Task.CompletedTask;
    }

    /// <summary>Who sends a file takes the end of the work for a caller who has gone, and would cut the connection off behind the headers.</summary>
    sealed class Lifetime(IHttpRequestLifetimeFeature server, HttpResponse response) : IHttpRequestLifetimeFeature
    {
        public CancellationToken RequestAborted { get; set; }

        public void Abort()
        {
            if (!response.HasStarted)
            {
                server.Abort();
            }
        }
    }

    /// <summary>Sends the headers at the first byte and ends the work; the bytes go nowhere.</summary>
    sealed class NoBody(Stream body, CancellationTokenSource enough) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async Task FlushAsync(CancellationToken cancellationToken)
        {
            await body.FlushAsync(CancellationToken.None);
            await enough.CancelAsync();
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => FlushAsync(cancellationToken);

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            await FlushAsync(cancellationToken);

        public override void Flush()
        {
        }

        public override void Write(byte[] buffer, int offset, int count)
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
