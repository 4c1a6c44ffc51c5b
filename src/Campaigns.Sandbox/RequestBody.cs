using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace Campaigns.Sandbox;

/// <summary>Reads a request's body whole, up to SendGrid's limit.</summary>
static class RequestBody
{
    public const int MostBytes = 30 * 1024 * 1024;

    /// <summary>The body, or null where it is too large.</summary>
    public static async Task<byte[]?> Read(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > MostBytes)
        {
            return null;
        }

        while (true)
        {
            var read = await request.BodyReader.ReadAsync(cancellationToken);
            if (read.Buffer.Length > MostBytes)
            {
                return null;
            }

            if (read.IsCompleted)
            {
                var body = read.Buffer.ToArray();
                request.BodyReader.AdvanceTo(read.Buffer.End);
                return body;
            }

            request.BodyReader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }
}
