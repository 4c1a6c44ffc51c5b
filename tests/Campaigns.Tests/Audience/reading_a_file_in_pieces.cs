using System.Text;
using Campaigns.Audience.Import;

namespace Campaigns.Tests.Audience;

/// <summary>Whoever goes on with a file finds it as if they had read it from its beginning.</summary>
public sealed class reading_a_file_in_pieces
{
    public static TheoryData<string> Files =>
    [
        "email,first_name,City\na@example.com,Ann,Bern\nb@example.com,Bob,\nc@example.com,Cid,Biel\n",
        "email;first_name;City\r\na@example.com;Ann;Bern\r\nb@example.com;Bob;Basel\r\n\r\n\r\nc@example.com;Cid;Biel",
        "\ufeffemail,note\r\na@example.com,\"two\r\nlines\"\r\nb@example.com,\"three\nmore\n\"\r\nc@example.com,x\r\nd@example.com,\"\"\"\"\r\n",
        "sep=;\r\nemail;note\r\na@example.com;\"x\ny\"\r\nnobody;\"a,b,c,d\"\r\nb@example.com;z\r\n",
        "email\ra@example.com\rb@example.com\rc@example.com\r",
        "E-Mail,Größe (cm),Assistenz\nä@bücher.example,180,b@example.com\nc@example.com,181,d@example.com\ne@example.com,-,f@example.com\n",
        "email,first_name\nN/A,Ann\na@example.com,NULL\n-,-\nb@example.com ::: c@example.com,Bob\n#REF!,x\nd@example.com,Dan,too many\n",
        "email,note\na@example.com,\"closed \"late\nb@example.com,x\nc@example.com,\"swallowed\nd@example.com\",y\ne@example.com,z\nf@example.com,\"open\ng@example.com\n",
        "Phone 1 - Type,Phone 1 - Value,Email\nMobile,+41791111111,\nWork Fax,+41441111111,a@example.com\n,,\nHome,0791111111,b@example.com\n",
    ];

    [Theory, MemberData(nameof(Files))]
    public async Task comes_to_the_same(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var whole = await ReadWhole(bytes);
        foreach (var atOnce in new[] { 1, 2, 3 })
        {
            var (rows, last) = await ReadInPieces(bytes, atOnce);
            rows.ShouldBe(whole.Rows, $"{atOnce} rows at once");
            last.Failure.ShouldBe(whole.Failure);
            last.Warnings.ShouldBe(whole.Warnings);
        }
    }

    [Fact]
    public async Task says_how_far_it_is_in_bytes()
    {
        var (file, _) = await ContactFile.Open(new MemoryStream(Encoding.UTF8.GetBytes("email\nä@example.com\nb@example.com\n")), null, CancellationToken.None);
        await file!.Read(1, CancellationToken.None);
        file.Place.ShouldBe(new FilePlace(6 + 14, 2));
    }

    static async Task<FileChunk> ReadWhole(byte[] bytes)
    {
        var (file, refusal) = await ContactFile.Open(new MemoryStream(bytes), null, CancellationToken.None);
        refusal.ShouldBeNull();
        await using (file)
        {
            return await file!.Read(1000, CancellationToken.None);
        }
    }

    static async Task<(List<FileRow> Rows, FileChunk Last)> ReadInPieces(byte[] bytes, int atOnce)
    {
        var rows = new List<FileRow>();
        FilePlace? place = null;
        while (true)
        {
            var (file, refusal) = await ContactFile.Reopen(from => new MemoryStream(bytes[(int)from..]), place, CancellationToken.None);
            refusal.ShouldBeNull();
            await using (file)
            {
                var chunk = await file!.Read(atOnce, CancellationToken.None);
                rows.AddRange(chunk.Rows);
                if (chunk.Ended)
                {
                    return (rows, chunk);
                }

                place = file.Place;
            }
        }
    }
}
