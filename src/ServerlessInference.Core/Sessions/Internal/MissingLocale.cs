using Microsoft.ML.OnnxRuntime;
using ServerlessInference.Models;
using ServerlessInference.Onnx;

namespace ServerlessInference.Sessions;

/// <summary>Loads text models of scikit-learn, which name a locale, on systems that do not have it.</summary>
/// <remarks>The operator <c>StringNormalizer</c> uses the locale for upper and lower case. Its default is <c>en_US</c>, which small images
/// lack; <c>C.UTF-8</c> has the same letters and exists in every image with glibc.</remarks>
internal static class MissingLocale
{
    private const string Replacement = "C.UTF-8";
    private const int MaxModelBytes = 1024 * 1024 * 1024;

    /// <summary>Gets whether ONNX Runtime has not created a session because a locale is missing.</summary>
    public static bool IsReason(OnnxRuntimeException exception) =>
        exception.Message.Contains("Failed to construct locale", StringComparison.Ordinal);

    /// <summary>Reads a model and replaces its locale.</summary>
    /// <returns>The bytes of the model; <see langword="null"/> if that is not possible.</returns>
    public static byte[]? TryReplace(ModelFile file) =>
        OperatingSystem.IsLinux() && file.Name.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase)
            ? LocalePatch.Rewrite(file.ReadAllBytes(MaxModelBytes).Span, Replacement)
            : null;
}
