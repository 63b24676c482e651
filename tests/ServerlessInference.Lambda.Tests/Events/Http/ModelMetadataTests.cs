using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Lambda.Events.Http;
using ServerlessInference.Sessions;

namespace ServerlessInference.Lambda.Tests.Events.Http;

public sealed class ModelMetadataTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WriteAsync_LoadedModel_ShowsWhatWasDecidedAndWhy()
    {
        var services = new ServiceCollection();
        services.AddServerlessInference().AddModel("shapes", model => model.FromFileSystem(Repository.DemoModel));
        await using ServiceProvider provider = services.BuildServiceProvider();
        IModelRegistry registry = provider.GetRequiredService<IModelRegistry>();
        using ModelLease lease = await registry.AcquireAsync("shapes", Token);
        lease.Model.Decide(new ModelDecision("scores", "softmax", "problem_type of config.json"));
        using var stream = new MemoryStream();
        await using (var writer = new Utf8JsonWriter(stream))
        {
            await ModelMetadata.WriteAsync(writer, registry, "shapes", registry.GetStatus("shapes"), Token);
        }

        string json = Encoding.UTF8.GetString(stream.ToArray());
        Assert.Contains(
            """
            "decisions":[{"subject":"scores","value":"softmax","origin":"problem_type of config.json"}]
            """, json, StringComparison.Ordinal);
    }
}
