using Campaigns.Storage;
using Marten;
using Npgsql;
using NpgsqlTypes;

namespace Campaigns.Audience.Import;

/// <summary>A file that is kept in the database until it is in, in parts: written as it arrives, and read from any place. Never more than a part of it in memory.</summary>
sealed class KeptUpload(NpgsqlDataSource database, string tenantId, Guid importId, long length, long position) : Stream
{
    /// <summary>Bytes of a part.</summary>
    const int PartSize = 1024 * 1024;

    /// <summary>Bytes that are read at a time.</summary>
    const int Slice = 128 * 1024;

    static readonly string InsertPart = Sql.Beside<KeptUpload>(nameof(InsertPart));
    static readonly string ReadPart = Sql.Beside<KeptUpload>(nameof(ReadPart));
    static readonly string DeleteParts = Sql.Beside<KeptUpload>(nameof(DeleteParts));

    ReadOnlyMemory<byte> slice;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => position - slice.Length;
        set => throw new NotSupportedException();
    }

    /// <summary>Keeps a file, each part in a commit of its own.</summary>
    /// <returns>How many bytes it has.</returns>
    /// <exception cref="IOException">The upload broke off.</exception>
    public static async Task<long> Keep(NpgsqlDataSource database, string tenantId, Guid importId, Stream content, TimeProvider clock, CancellationToken ct)
    {
        var buffer = new byte[PartSize];
        var length = 0L;
        for (var part = 0; ; part++)
        {
            var read = await content.ReadAtLeastAsync(buffer, PartSize, throwOnEndOfStream: false, ct);
            if (read > 0)
            {
                await using var command = database.CreateCommand(InsertPart);
                object[] values = [tenantId, importId, part, new NpgsqlParameter { Value = buffer.AsMemory(0, read), NpgsqlDbType = NpgsqlDbType.Bytea }, clock.Microseconds()];
                foreach (var value in values)
                {
                    command.Parameters.Add(value as NpgsqlParameter ?? new NpgsqlParameter { Value = value });
                }

                await command.ExecuteNonQueryAsync(ct);
                length += read;
            }

            if (read < PartSize)
            {
                return length;
            }
        }
    }

    /// <summary>Lets a file go whose upload came to nothing.</summary>
    public static Task Discard(NpgsqlDataSource database, string tenantId, Guid importId) =>
        database.Query(DeleteParts, _ => 0, CancellationToken.None, tenantId, importId);

    /// <summary>Lets the file go with the commit.</summary>
    public static void Discard(IDocumentSession session, Guid importId) => session.Sql(DeleteParts, session.TenantId, importId);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (slice.Length == 0 && position < length)
        {
            slice = await ReadSlice(cancellationToken);
            position += slice.Length;
        }

        var size = Math.Min(buffer.Length, slice.Length);
        slice[..size].CopyTo(buffer);
        slice = slice[size..];
        return size;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("It is read without blocking.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    async Task<byte[]> ReadSlice(CancellationToken ct)
    {
        var (part, from) = ((int)(position / PartSize), (int)(position % PartSize));
        var found = await database.Query(ReadPart, reader => reader.GetFieldValue<byte[]>(0), ct, tenantId, importId, part, from, Slice);
        // Rather stop than take the rest for the end.
        return found is [{ Length: > 0 } bytes] ? bytes : throw new InvalidOperationException($"Part {part} of the file of import {importId} is gone.");
    }
}
