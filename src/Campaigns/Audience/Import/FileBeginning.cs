namespace Campaigns.Audience.Import;

/// <summary>A stream whose first bytes were looked at, to be read from its beginning all the same. It owns neither the stream nor closes it.</summary>
sealed class FileBeginning(byte[] beginning, Stream rest) : Stream
{
    int given;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Reads the first bytes of a file, fewer where it has not as many.</summary>
    /// <exception cref="IOException">The upload broke off.</exception>
    public static async Task<(byte[] Beginning, Stream Whole)> Read(Stream file, int bytes, CancellationToken ct)
    {
        var buffer = new byte[bytes];
        var read = await file.ReadAtLeastAsync(buffer, bytes, throwOnEndOfStream: false, ct);
        var beginning = buffer[..read];
        return (beginning, new FileBeginning(beginning, file));
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer) => given < beginning.Length ? Give(buffer) : rest.Read(buffer);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        given < beginning.Length ? ValueTask.FromResult(Give(buffer.Span)) : rest.ReadAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    int Give(Span<byte> buffer)
    {
        var size = Math.Min(buffer.Length, beginning.Length - given);
        beginning.AsSpan(given, size).CopyTo(buffer);
        given += size;
        return size;
    }
}
