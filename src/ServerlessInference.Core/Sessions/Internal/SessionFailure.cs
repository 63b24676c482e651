using Microsoft.ML.OnnxRuntime;
using ServerlessInference.Models;

namespace ServerlessInference.Sessions;

/// <summary>Explains in plain words why ONNX Runtime cannot create a session, and what to do about it.</summary>
internal static class SessionFailure
{
    private static string RuntimeVersion => OrtEnv.Instance().GetVersionString();

    /// <summary>Explains a message of ONNX Runtime. A message that is not known is returned unchanged.</summary>
    public static string Explain(string message, ModelFile file)
    {
        if (message.Contains("Unsupported model IR version", StringComparison.Ordinal))
        {
            return $"it has a newer ONNX format than ONNX Runtime {RuntimeVersion} supports. Export it with an older IR version, or " +
                $"update ONNX Runtime. ({message})";
        }

        if (message.Contains("Opset", StringComparison.Ordinal) && message.Contains("under development", StringComparison.Ordinal)
            || message.Contains("opset", StringComparison.OrdinalIgnoreCase)
                && message.Contains("is not supported", StringComparison.Ordinal))
        {
            return $"it uses a newer operator set than ONNX Runtime {RuntimeVersion} supports. Export it with an older opset, or update " +
                $"ONNX Runtime. ({message})";
        }

        if (message.Contains("is not a registered function/op", StringComparison.Ordinal)
            || message.Contains("No Op registered for", StringComparison.Ordinal))
        {
            return $"it uses an operator that ONNX Runtime {RuntimeVersion} does not have. Register the library with that operator, or " +
                $"export the model without it. ({message})";
        }

        if (message.Contains("[ErrorCode:NotImplemented]", StringComparison.Ordinal))
        {
            return $"ONNX Runtime {RuntimeVersion} has one of its operators, but not for this element type on this processor. Export the " +
                $"model with another type. ({message})";
        }

        if (message.Contains("[ErrorCode:InvalidProtobuf]", StringComparison.Ordinal))
        {
            return IsGitPointer(file)
                ? "it is a Git LFS pointer and not the model itself. Run 'git lfs pull' in the repository it came from, and upload the " +
                    "model again."
                : $"its {file.Length:N0} bytes are not a valid ONNX model; most often it was truncated on its way. Compare its size and " +
                    $"digest with the original. ({message})";
        }

        if (message.Contains("External data path", StringComparison.Ordinal)
            || message.Contains("External initializer", StringComparison.Ordinal))
        {
            return ExplainExternalData(message, file);
        }

        if (message.Contains("Failed to construct locale", StringComparison.Ordinal))
        {
            return "it requires a locale that this system does not have, as text models of scikit-learn do. Set the locale attribute of " +
                $"the node to 'C.UTF-8', or LOCPATH to a directory with the compiled locale. ({message})";
        }

        return message;
    }

    private static string ExplainExternalData(string message, ModelFile file)
    {
        bool isInMemory = file.PhysicalPath is null || file.PhysicalPath.StartsWith("/proc/self/fd/", StringComparison.Ordinal);
        return isInMemory
            ? "it is in memory, but its weights are in a separate file, which only works on disk. Prepare it with 'serverless-inference " +
                $"optimize', which writes a single file, save it as a single file, or load it from a directory. ({message})"
            : "its weights are in a separate file that is not next to it, or is too short. Deploy the model together with all its files. " +
                $"({message})";
    }

    // By the specification of Git LFS, a pointer is smaller than 1,024 bytes and begins with its version.
    private static bool IsGitPointer(ModelFile file) =>
        file.Length < 1024 && file.ReadAllBytes().Span.StartsWith("version https://git-lfs.github.com/spec/"u8);
}
