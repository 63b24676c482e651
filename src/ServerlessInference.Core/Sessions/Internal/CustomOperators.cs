using Microsoft.ML.OnnxRuntime;

namespace ServerlessInference.Sessions;

/// <summary>Registers the custom operators of native libraries with a session.</summary>
internal static class CustomOperators
{
    /// <exception cref="ModelLoadException">A library does not exist, or ONNX Runtime cannot use it.</exception>
    public static void Register(SessionOptions settings, IEnumerable<string> libraries, INativeLibraries? deliveredLibraries)
    {
        foreach (string library in libraries)
        {
            string path = deliveredLibraries is not null && deliveredLibraries.TryGetNativeLibrary(library, out string? delivered)
                ? delivered
                : Path.Combine(AppContext.BaseDirectory, library);
            if (!File.Exists(path))
            {
                throw new ModelLoadException(
                    $"The custom operators' library '{library}' is neither in a split package nor at {path}. Correct the option " +
                    "CustomOperatorLibraries, or add the library.");
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
