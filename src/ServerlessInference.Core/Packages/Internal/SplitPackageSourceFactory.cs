using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Models;

namespace ServerlessInference.Packages;

/// <summary>Creates sources from <c>package:</c> URIs.</summary>
internal sealed class SplitPackageSourceFactory(IServiceProvider services) : IModelSourceFactory
{
    public string Scheme => SplitPackageModelSource.Scheme;

    public IModelSource Create(string uri) => Create(uri[(Scheme.Length + 1)..], services);

    public static IModelSource Create(string path, IServiceProvider services) => new SplitPackageModelSource(
        services.GetService<SplitPackage>() ?? throw new InvalidOperationException(
            $"The model source package:{path} needs a split package, and none is registered. Call UseSplitPackage on the function's " +
            "builder, or AddSplitPackage."),
        path,
        services);
}
