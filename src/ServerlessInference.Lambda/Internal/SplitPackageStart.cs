using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Lambda.Invocations;
using ServerlessInference.Packages;

namespace ServerlessInference.Lambda;

/// <summary>Fetches the split package, which may contain ONNX Runtime's library and everything that pipelines and settings need.</summary>
internal static class SplitPackageStart
{
    /// <summary>Waits until the package is fetched.</summary>
    /// <exception cref="ModelLoadException">The package cannot be fetched.</exception>
    public static async Task LoadAsync(FunctionServices services, CancellationToken cancellationToken)
    {
        // On another thread, because building the container and opening connections takes a while.
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
