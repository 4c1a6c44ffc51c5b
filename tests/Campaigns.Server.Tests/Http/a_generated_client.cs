using System.Diagnostics;
using System.Reflection;
using System.Runtime.Loader;
using Campaigns.Server.Tests.Sending;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using NJsonSchema.CodeGeneration.CSharp;
using NSwag;
using NSwag.CodeGeneration.CSharp;

namespace Campaigns.Server.Tests.Http;

/// <summary>What <c>/openapi/v1.json</c> says is enough for a client that nobody wrote.</summary>
[Collection("postgres")]
public sealed class a_generated_client(PostgresFixture postgres) : IAsyncLifetime
{
    /// <summary>As somebody writes it who has the generated client and nothing else. Compiled with nullable references on: what may be null says so.</summary>
    const string Program = """
        #nullable enable
        using System;
        using System.Linq;
        using System.Net.Http;
        using System.Threading.Tasks;
        using Campaigns.Client;

        public static class Program
        {
            public static async Task<Guid> Send(HttpClient http)
            {
                var api = new CampaignsClient(http);
                var list = await api.CreateListAsync(new ListInput { Name = "Everybody" });
                var ann = await api.CreateContactAsync(new ContactInput { Email = "ann@a.example", FirstName = "Ann" });
                await api.AddListMembersAsync(list.Id, new ListMembersInput { ContactIds = new[] { ann.Id } });
                var template = await api.CreateTemplateAsync(new TemplateContent { Name = "Offer", Subject = "An offer", Text = "Dear {{first_name}}" });
                var draft = await api.DraftCampaignAsync(new CampaignInput
                {
                    Name = "Spring", ListId = list.Id, Channels = CampaignChannels.Email, From = new SenderAddress { Email = "anna@sender.example" },
                    Pace = new Pace { Batches = new BatchPace { MinSize = 1, MaxSize = 10 } },
                }, idempotency_Key: "spring-1");
                try
                {
                    await api.LaunchCampaignAsync(draft.Id);
                    throw new InvalidOperationException("It has no template.");
                }
                catch (ApiException<ProblemDetails> refused) when (refused.Result.Type == "/problems/campaign-incomplete")
                {
                }

                draft = await api.EditCampaignInPartAsync(draft.Id, new CampaignInputPatch { TemplateId = template.Id }, if_Match: $"\"{draft.Version}\"");
                string name = draft.Name;
                string? reason = draft.Reason;
                CampaignView launched = await api.LaunchCampaignAsync(draft.Id);
                return launched.Status == CampaignStatus.Sending && name == "Spring" && reason is null ? launched.Id : throw new InvalidOperationException();
            }

            public static async Task<string> Report(HttpClient http, Guid campaign)
            {
                var api = new CampaignsClient(http);
                var progress = await api.GetProgressAsync(campaign);
                var recipients = await api.ListRecipientsAsync(campaign, status: RecipientFilter.Sent);
                var campaigns = await api.ListCampaignsAsync();
                return $"{progress.Status} {progress.Sent} {recipients.Items.Single().Email} {campaigns.Items.Single().CreatedAt <= campaigns.Items.Single().UpdatedAt}";
            }
        }

        namespace Campaigns.Client
        {
            public partial class CampaignsClient
            {
                static partial void UpdateJsonSerializerSettings(System.Text.Json.JsonSerializerOptions settings) =>
                    settings.DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull;
            }
        }
        """;

    CampaignRun run = null!;

    public async Task InitializeAsync() => run = await CampaignRun.Start(await postgres.NewDatabase());

    public async Task DisposeAsync() => await run.DisposeAsync();

    [Fact]
    public async Task compiles_and_sends_a_campaign()
    {
        var description = await run.Api.GetStringAsync(new Uri(run.Host.Address, "/openapi/v1.json"));
        var program = Compile(await Generate(description), Program);
        using var http = new HttpClient { BaseAddress = run.Host.Address, DefaultRequestHeaders = { Authorization = run.Api.DefaultRequestHeaders.Authorization } };

        var campaign = await Call<Guid>(program, "Send", http);
        await run.Settle();

        (await Call<string>(program, "Report", http, campaign)).ShouldBe("Completed 1 ann@a.example True");
        run.Sandbox.Arrivals().Count.ShouldBe(1);
    }

    /// <summary>The same in TypeScript, by openapi-typescript: what is written there stands in the folder beside this file.</summary>
    [FactWhereNodeIsInstalled]
    public async Task of_another_language_compiles_and_sends_a_campaign()
    {
        var folder = Directory.CreateTempSubdirectory("campaigns-typescript-").FullName;
        try
        {
            foreach (var file in Directory.EnumerateFiles(Path.Combine(Support.Document.Root, "tests/Campaigns.Server.Tests/Http/TypeScript")))
            {
                File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
            }

            await File.WriteAllTextAsync(Path.Combine(folder, "api.json"), await run.Api.GetStringAsync(new Uri(run.Host.Address, "/openapi/v1.json")));
            await InShell(folder, "npm ci --ignore-scripts --no-audit --no-fund");
            await InShell(folder, "node_modules/.bin/openapi-typescript api.json -o api.d.ts");
            await InShell(folder, "node_modules/.bin/tsc -p .");
            var said = await InShell(folder, $"node out/send.js {run.Host.Address} {run.Api.DefaultRequestHeaders.Authorization!.Parameter}");
            await run.Settle();

            said.ShouldStartWith("sending ");
            (await run.Api.Progress(Guid.Parse(said.Trim().Split(' ')[^1]))).ShouldSatisfyAllConditions(
                progress => progress.Status.ShouldBe(Planning.CampaignStatus.Completed), progress => progress.Sent.ShouldBe(1));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    static async Task<string> InShell(string folder, string command)
    {
        using var shell = Process.Start(new ProcessStartInfo("bash", ["-c", $"{command} 2>&1"]) { WorkingDirectory = folder, RedirectStandardOutput = true })!;
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        try
        {
            var output = await shell.StandardOutput.ReadToEndAsync(patience.Token);
            await shell.WaitForExitAsync(patience.Token);
            shell.ExitCode.ShouldBe(0, $"{command}\n{output}");
            return output;
        }
        catch (OperationCanceledException)
        {
            shell.Kill(entireProcessTree: true);
            throw new TimeoutException(command);
        }
    }

    static async Task<string> Generate(string description) => new CSharpClientGenerator(
        await OpenApiDocument.FromJsonAsync(description),
        new CSharpClientGeneratorSettings
        {
            ClassName = "CampaignsClient",
            UseBaseUrl = false,
            GenerateOptionalParameters = true,
            OperationNameGenerator = new NSwag.CodeGeneration.OperationNameGenerators.SingleClientFromOperationIdOperationNameGenerator(),
            CSharpGeneratorSettings =
            {
                Namespace = "Campaigns.Client", JsonLibrary = CSharpJsonLibrary.SystemTextJson, GenerateNullableReferenceTypes = true, GenerateOptionalPropertiesAsNullable = true,
            },
        }).GenerateFile();

    static Type Compile(params string[] texts)
    {
        var compilation = CSharpCompilation.Create(
            "Campaigns.Client",
            texts.Select(text => CSharpSyntaxTree.ParseText(text)),
            ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
                .Where(path => Path.GetFileName(path) is var name && (name.StartsWith("System.", StringComparison.Ordinal) || name is "netstandard.dll" or "mscorlib.dll"))
                .Select(path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        using var assembly = new MemoryStream();
        compilation.Emit(assembly).Diagnostics.Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning).Select(diagnostic => diagnostic.ToString()).ShouldBeEmpty();
        assembly.Position = 0;
        return new AssemblyLoadContext("client", isCollectible: true).LoadFromStream(assembly).GetType("Program")!;
    }

    static async Task<T> Call<T>(Type program, string method, params object[] values) =>
        await (Task<T>)program.GetMethod(method, BindingFlags.Public | BindingFlags.Static)!.Invoke(null, values)!;
}

/// <summary>Who works on the server may have no Node.js.</summary>
public sealed class FactWhereNodeIsInstalledAttribute : FactAttribute
{
    public FactWhereNodeIsInstalledAttribute()
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        if (!new[] { "node", "npm" }.All(program => folders.Any(folder => File.Exists(Path.Combine(folder, program)))))
        {
            Skip = "There is no Node.js here: apt-get install nodejs npm.";
        }
    }
}
