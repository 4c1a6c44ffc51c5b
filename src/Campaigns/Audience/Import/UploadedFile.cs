using System.Text;
using Campaigns.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Campaigns.Audience.Import;

/// <summary>The file in a request, as the body itself or as the first file of a form; read as it arrives, never collected.</summary>
/// <param name="Fields">Of a form: what stands before the file, by name.</param>
public sealed record UploadedFile(Stream Content, string? Name, Encoding? Encoding, IReadOnlyDictionary<string, string> Fields)
{
    /// <summary>Bytes of a field of a form; what is more is left out.</summary>
    const int LongestField = 8 * 1024;

    static readonly Dictionary<string, string> NoFields = [];

    /// <exception cref="IOException">The upload broke off.</exception>
    public static async Task<(UploadedFile? File, Refusal? Refusal)> Of(HttpRequest request, CancellationToken ct)
    {
        var type = MediaType(request.ContentType);
        if (type?.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase) != true)
        {
            return TryEncoding(type, out var encoding, out var refusal) ? (new UploadedFile(request.Body, null, encoding, NoFields), null) : (null, refusal);
        }

        var form = new MultipartReader(HeaderUtilities.RemoveQuotes(type.Boundary).ToString(), request.Body);
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await form.ReadNextSectionAsync(ct) is { } section)
        {
            if (section.AsFileSection() is { FileStream: { } content } file)
            {
                return TryEncoding(MediaType(section.ContentType), out var encoding, out var refusal)
                    ? (new UploadedFile(content, file.FileName, encoding, fields), null)
                    : (null, refusal);
            }

            if (section.AsFormDataSection() is { } field)
            {
                var buffer = new byte[LongestField];
                var read = await field.Section.Body.ReadAtLeastAsync(buffer, LongestField, throwOnEndOfStream: false, ct);
                fields[field.Name] = Encoding.UTF8.GetString(buffer, 0, read);
            }
        }

        return (null, new Refusal("file-missing", "The form holds no file.", RefusalKind.Invalid));
    }

    static MediaTypeHeaderValue? MediaType(string? header) => MediaTypeHeaderValue.TryParse(header, out var type) ? type : null;

    // Spreadsheets of an older kind write other encodings; saying so in the content type is enough.
    static bool TryEncoding(MediaTypeHeaderValue? type, out Encoding? encoding, out Refusal? refusal)
    {
        (encoding, refusal) = (null, null);
        var name = HeaderUtilities.RemoveQuotes(type?.Charset ?? default).ToString();
        if (name is "" || name.Equals("utf-8", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        try
        {
            encoding = CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name);
            return true;
        }
        catch (ArgumentException)
        {
            refusal = new Refusal(
                "charset-unknown", $"'{name}' is no character set that is known here; 'utf-8' or 'windows-1252' would be.", RefusalKind.Invalid);
            return false;
        }
    }
}
