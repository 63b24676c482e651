using Microsoft.Extensions.DependencyInjection.Extensions;
using ServerlessInference.Imaging;
using ServerlessInference.Imaging.ImageSharp;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers ImageSharp as a decoder.</summary>
public static class ImageSharpServiceCollectionExtensions
{
    /// <summary>Adds ImageSharp as a decoder, so that image pipelines read TIFF. Calling it twice is harmless.</summary>
    /// <param name="services">The service collection.</param>
    /// <returns>The same service collection, so that calls can be chained.</returns>
    public static IServiceCollection AddImageSharpDecoder(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IImageDecoder, ImageSharpDecoder>());
        return services;
    }
}
