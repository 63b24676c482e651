using Microsoft.ML.OnnxRuntime;
using ServerlessInference.Packages;

namespace ServerlessInference.Sessions;

/// <summary>Gives a session the custom operators of native libraries.</summary>
internal static class CustomOperators
{
    /// <exception cref="ModelLoadException">A library is not there, or ONNX Runtime cannot use it.</exception>
    public static void Register(SessionOptions settings, IEnumerable<string> libraries, SplitPackage? package)
    {
        foreach (string library in libraries)
        {
            string path = package is not null && package.TryGetNativeLibrary(library, out string? travelled) ? travelled : Path.Combine(AppContext.BaseDirectory, library);
            if (!File.Exists(path))
            {
                throw new ModelLoadException(
                    $"The custom operators' library '{library}' is neither in a split package nor at {path}. Correct the option CustomOperatorLibraries, or bring the library there.");
            }

            try
            {
                settings.RegisterCustomOpLibrary(path);
            }
            catch (OnnxRuntimeException exception)
            {
                throw new ModelLoadException($"The custom operators of {path} cannot be registered: {exception.Message}", exception);
            }
        }
    }
}
