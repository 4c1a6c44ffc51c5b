using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Campaigns.Engine;

namespace Campaigns.Tests;

public sealed partial class the_architecture
{
    static readonly Assembly Application = typeof(CampaignsModule).Assembly;
    static readonly Assembly Engine = typeof(EngineModel).Assembly;

    [Theory]
    [InlineData("Campaigns.Engine")]
    [InlineData("Campaigns.Sandbox")]
    [InlineData("Campaigns", "Campaigns.Engine")]
    [InlineData("Campaigns.Server", "Campaigns", "Campaigns.Engine", "Campaigns.Sandbox")]
    public void lets_a_project_know_only(string project, params string[] known) =>
        XDocument.Load(Path.Combine(Source(), project, project + ".csproj")).Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value)).Order().ShouldBe(known);

    [Fact]
    public void shows_in_the_assemblies_too()
    {
        Ours(Engine).ShouldBeEmpty();
        Ours(Application).ShouldBe(["Campaigns.Engine"]);
    }

    [Fact]
    public void has_no_namespace_that_hides_the_first_one() =>
        Application.GetTypes().Concat(Engine.GetTypes()).ShouldNotContain(type => (type.Namespace + ".").StartsWith("Campaigns.Campaigns."));

    /// <summary>Time is a parameter, or comes from the clock that was given.</summary>
    [Fact]
    public void reads_the_time_in_no_decision()
    {
        Calls(Application).ShouldContain("TimeProvider.GetUtcNow/0", "or this finds nothing");
        foreach (var assembly in new[] { Application, Engine })
        {
            Calls(assembly).Intersect([
                "DateTimeOffset.get_UtcNow/0", "DateTimeOffset.get_Now/0", "DateTime.get_UtcNow/0", "DateTime.get_Now/0", "DateTime.get_Today/0",
                "TimeProvider.GetLocalNow/0", "Guid.CreateVersion7/0", "Environment.get_TickCount64/0", "Stopwatch.StartNew/0",
            ]).ShouldBeEmpty(assembly.GetName().Name);
        }
    }

    [Theory, InlineData("Campaigns"), InlineData("Campaigns.Engine")]
    public void uses_every_statement_and_has_every_statement_that_is_used(string project)
    {
        var assembly = project == "Campaigns" ? Application : Engine;
        var namespaces = assembly.GetTypes().ToLookup(type => type.Name.Split('`')[0], type => type.Namespace);
        var used =
            from file in Directory.EnumerateFiles(Path.Combine(Source(), project), "*.cs", SearchOption.AllDirectories)
            where !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
            from Match use in SqlBeside().Matches(File.ReadAllText(file))
            select $"{namespaces[use.Groups["type"].Value].Distinct().Single()}.{use.Groups["name"].Value}.sql";
        var statements = Sql.Statements(assembly).Select(statement => statement.Name).ToList();
        statements.ShouldNotBeEmpty();
        statements.Except(used).ShouldBeEmpty("nobody uses these statements");
        used.Except(statements).ShouldBeEmpty("these statements are missing");
    }

    [GeneratedRegex("""Sql\.Beside(<(?<type>\w+)>\(|\(typeof\((?<type>\w+)\), )(nameof\((?<name>\w+)\)|"(?<name>\w+)")\)""")]
    private static partial Regex SqlBeside();

    static IEnumerable<string> Ours(Assembly assembly) => assembly.GetReferencedAssemblies().Select(name => name.Name!)
        .Where(name => name.StartsWith("Campaigns", StringComparison.Ordinal));

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
