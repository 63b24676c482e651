using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Sessions;

namespace ServerlessInference.ParameterStore.Tests;

/// <summary>Pointers in a program that is not a Lambda function, such as an ASP.NET Core application.</summary>
public sealed class WithoutTheHostTests : IAsyncDisposable
{
    private readonly ParameterServer _server = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task ParameterStore_NoHost_ReadsTheServiceAndLoadsTheModel()
    {
        string model = Path.Combine(Repository.Root, "models/shapes-resnet");
        _server.Values["/models/shapes"] = $"file:{model}";
        var services = new ServiceCollection();
        services.AddSingleton(new ParameterEnvironment(_server.Environment.GetValueOrDefault));
        services.AddServerlessInference().AddModel("shapes", builder => builder
            .FromPointer(pointer => pointer.ParameterStore("/models/shapes")));
        await using ServiceProvider provider = services.BuildServiceProvider();

        using ModelLease lease = await provider.GetRequiredService<IModelRegistry>().AcquireAsync("shapes", Token);

        Assert.Equal($"file:{model}", lease.Model.Identity.Source);
        Assert.All(_server.Asked, asked => Assert.StartsWith("service", asked, StringComparison.Ordinal));
    }

    [Fact]
    public void AddParameterStorePointers_CalledTwice_RegistersOneFactory()
    {
        var services = new ServiceCollection();

        services.AddServerlessInference().AddParameterStorePointers().AddParameterStorePointers();

        Assert.Single(services, service => service.ImplementationType == typeof(ParameterStoreSourceFactory)
            || service.ImplementationFactory?.Method.ReturnType == typeof(ParameterStoreSourceFactory));
    }

    [Fact]
    public void PublicMembers_OfTheAssembly_NeedNoLambdaPackage() => Assert.DoesNotContain(
        typeof(ParameterStoreOptions).Assembly.GetReferencedAssemblies(),
        assembly => assembly.Name is "ServerlessInference.Lambda" or "ServerlessInference.S3" or "Microsoft.ML.OnnxRuntime");
}
