using Microsoft.Extensions.DependencyInjection.Extensions;
using ServerlessInference.Imaging;
using ServerlessInference.Imaging.ImageSharp;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers ImageSharp as a decoder.</summary>
public static class ImageSharpServiceCollectionExtensions
{
    /// <summary>Lets image pipelines read WebP, GIF, TIFF and BMP. Calling it twice is harmless.</summary>
    /// <param name="services">The service collection.</param>
    /// <returns>The service collection.</returns>
    public static IServiceCollection AddImageSharpDecoder(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IImageDecoder, ImageSharpDecoder>());
        return services;
    }
}
