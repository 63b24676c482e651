using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Packages;

namespace ServerlessInference.Lambda;

/// <summary>Waits for what travels beside the deployment package: it may hold ONNX Runtime's library, and what pipelines and settings are made of.</summary>
internal static class SplitPackageStart
{
    /// <exception cref="ModelLoadException">The package cannot be had.</exception>
    public static async Task LoadAsync(FunctionServices services, CancellationToken cancellationToken)
    {
        // On another thread, as making the container and the connections takes its time.
        bool hasRuntime = await Task.Run(
            async () =>
            {
                ISplitPackage package = services.Provider.GetRequiredService<ISplitPackage>();
                await package.LoadAsync(cancellationToken).ConfigureAwait(false);
                return package.TryGetNativeLibrary(NativeRuntime.Library, out _);
            },
            CancellationToken.None).ConfigureAwait(false);
        NativeRuntime.LoadInBackground(hasRuntime);
    }
}
