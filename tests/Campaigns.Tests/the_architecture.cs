using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Campaigns.Storage;

namespace Campaigns.Tests;

public sealed partial class the_architecture
{
    static readonly Assembly Application = typeof(CampaignsModule).Assembly;

    [Theory]
    [InlineData("Campaigns.Sandbox")]
    [InlineData("Campaigns")]
    [InlineData("Campaigns.Handlers", "Campaigns", "Campaigns.Handlers.Generator")]
    [InlineData("Campaigns.Server", "Campaigns", "Campaigns.Handlers", "Campaigns.Sandbox")]
    public void lets_a_project_know_only(string project, params string[] known) =>
        XDocument.Load(Path.Combine(Source(), project, project + ".csproj")).Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value)).Order().ShouldBe(known);

    [Fact]
    public void shows_in_the_assemblies_too() => Application.GetReferencedAssemblies().Select(name => name.Name!)
        .ShouldAllBe(name => !name.StartsWith("Campaigns", StringComparison.Ordinal));

    [Fact]
    public void has_no_namespace_that_hides_the_first_one() =>
        Application.GetTypes().ShouldNotContain(type => (type.Namespace + ".").StartsWith("Campaigns.Campaigns."));

    /// <summary>
    /// The rooms of the application from top to bottom: a room uses only rooms above it. Root is what lies in none; CampaignsModule, which lists
    /// what all of them can do, is no part of it.
    /// </summary>
    static readonly string[] Rooms =
    [
        Root, "Storage", "Http", "Limits", "Tenancy", "Audience", "Recipients", "Segments", "Authoring", "Consent", "Providers", "Senders", "Planning", "Ledger", "Sending",
        "Tracking", "Insight",
    ];

    /// <summary>Where a room uses one below it all the same, and why. Exact: what is not needed any more must go.</summary>
    static readonly (string Room, string Below, string Reason)[] Exceptions =
    [
        (Root, "Recipients", "DerivedId derives the stream of a recipient from the campaign, the contact and the channel: one place knows every derived id."),
    ];

    const string Root = "(root)";

    [Fact]
    public void lets_a_room_use_only_the_rooms_above_it() =>
        UsesOfRoomsBelow().Where(use => !Exceptions.Any(exception => (exception.Room, exception.Below) == (use.Room, use.Below)))
            .Select(use => $"{use.File} uses {use.Below}, which stands below {use.Room}").ShouldBeEmpty();

    [Fact]
    public void needs_every_exception_from_the_order_of_rooms() =>
        Exceptions.Select(exception => (exception.Room, exception.Below)).Except(UsesOfRoomsBelow().Select(use => (use.Room, use.Below))).ShouldBeEmpty();

    [Fact]
    public void has_a_room_for_every_folder_and_no_other() =>
        SourceFiles().Select(file => file.Room).Distinct().ShouldBe(Rooms, ignoreOrder: true);

    /// <summary>A document leads to files: <c>Room/File</c>, between backticks.</summary>
    [Theory]
    [InlineData("docs/architecture.md")]
    [InlineData("src/Campaigns/Audience/README.md")]
    [InlineData("src/Campaigns/Authoring/README.md")]
    public void is_where_documents_say(string document)
    {
        var root = Path.Combine(Source(), "..");
        var named = FileNamed().Matches(File.ReadAllText(Path.Combine(root, document))).Select(file => file.Groups["path"].Value).ToList();
        named.ShouldNotBeEmpty();
        string[] folders = [Path.Combine(Source(), "Campaigns"), Path.GetDirectoryName(Path.Combine(root, document))!];
        named.Where(path => !folders.Any(folder => File.Exists(Path.Combine(folder, path + ".cs")))).ShouldBeEmpty();
    }

    [GeneratedRegex(@"`(?<path>[A-Z]\w+(/[A-Z]\w+)+)(\.cs)?`")]
    private static partial Regex FileNamed();

    [Fact]
    public void names_namespaces_after_folders() =>
        SourceFiles().Where(file => NamespaceLine().Match(file.Text).Groups["name"].Value != $"Campaigns.{file.Folder.Replace('/', '.')}".TrimEnd('.'))
            .Select(file => file.Name).ShouldBeEmpty();

    static IEnumerable<(string File, string Room, string Below)> UsesOfRoomsBelow() =>
        from file in SourceFiles()
        from Match use in RoomNamed().Matches(file.Text)
        let below = use.Groups["room"].Value
        where Array.IndexOf(Rooms, below) > Array.IndexOf(Rooms, file.Room)
        select (file.Name, file.Room, below);

    static IEnumerable<(string Name, string Folder, string Room, string Text)> SourceFiles()
    {
        var source = Path.Combine(Source(), "Campaigns");
        return
            from path in Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories)
            let name = Path.GetRelativePath(source, path).Replace(Path.DirectorySeparatorChar, '/')
            where !name.StartsWith("obj/", StringComparison.Ordinal) && !name.StartsWith("bin/", StringComparison.Ordinal) && name != "CampaignsModule.cs"
            let folder = Path.GetDirectoryName(name)!.Replace(Path.DirectorySeparatorChar, '/')
            select (name, folder, folder.Length == 0 ? Root : folder.Split('/')[0], File.ReadAllText(path));
    }

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();

    /// <summary>A room that a file names: in a using, or in front of a type.</summary>
    [GeneratedRegex(@"(?<!namespace )\bCampaigns\.(?<room>\w+)")]
    private static partial Regex RoomNamed();

    /// <summary>Time is a parameter, or comes from the clock that was given.</summary>
    [Fact]
    public void reads_the_time_in_no_decision()
    {
        Calls(Application).ShouldContain("TimeProvider.GetUtcNow/0", "or this finds nothing");
        Calls(Application).Intersect([
            "DateTimeOffset.get_UtcNow/0", "DateTimeOffset.get_Now/0", "DateTime.get_UtcNow/0", "DateTime.get_Now/0", "DateTime.get_Today/0",
            "TimeProvider.GetLocalNow/0", "Guid.CreateVersion7/0", "Environment.get_TickCount64/0", "Stopwatch.StartNew/0",
        ]).ShouldBeEmpty();
    }

    [Fact]
    public void uses_every_statement_and_has_every_statement_that_is_used()
    {
        var namespaces = Application.GetTypes().ToLookup(type => type.Name.Split('`')[0], type => type.Namespace);
        var used =
            from file in Directory.EnumerateFiles(Path.Combine(Source(), "Campaigns"), "*.cs", SearchOption.AllDirectories)
            where !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
            from Match use in SqlBeside().Matches(File.ReadAllText(file))
            select $"{namespaces[use.Groups["type"].Value].Distinct().Single()}.{use.Groups["name"].Value}.sql";
        var statements = Sql.Statements(Application).Select(statement => statement.Name).ToList();
        statements.ShouldNotBeEmpty();
        statements.Except(used).ShouldBeEmpty("nobody uses these statements");
        used.Except(statements).ShouldBeEmpty("these statements are missing");
    }

    [GeneratedRegex("""Sql\.Beside(<(?<type>\w+)>\(|\(typeof\((?<type>\w+)\), )(nameof\((?<name>\w+)\)|"(?<name>\w+)")\)""")]
    private static partial Regex SqlBeside();

    /// <summary>What an assembly calls of others: type, method and number of parameters.</summary>
    static HashSet<string> Calls(Assembly assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly.Location));
        var metadata = file.GetMetadataReader();
        return
        [
            .. from handle in metadata.MemberReferences
               let member = metadata.GetMemberReference(handle)
               where member.Parent.Kind == HandleKind.TypeReference && member.GetKind() == MemberReferenceKind.Method
               let type = metadata.GetTypeReference((TypeReferenceHandle)member.Parent)
               let parameters = Parameters(metadata.GetBlobReader(member.Signature))
               select $"{metadata.GetString(type.Name)}.{metadata.GetString(member.Name)}/{parameters}",
        ];
    }

    static int Parameters(BlobReader signature)
    {
        if (signature.ReadSignatureHeader().IsGeneric)
        {
            signature.ReadCompressedInteger();
        }

        return signature.ReadCompressedInteger();
    }

    static string Source([CallerFilePath] string path = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", "..", "src"));
}
