using Microsoft.ML.OnnxRuntime;
using ServerlessInference.Models;

namespace ServerlessInference.Sessions;

/// <summary>Says in plain words why ONNX Runtime cannot create a session.</summary>
internal static class SessionFailure
{
    private static string RuntimeVersion => OrtEnv.Instance().GetVersionString();

    public static string Explain(string message, ModelFile file)
    {
        if (message.Contains("Unsupported model IR version", StringComparison.Ordinal))
        {
            return $"it is of a newer ONNX format than ONNX Runtime {RuntimeVersion} knows. Export it with an older IR version, or update ONNX Runtime. ({message})";
        }

        if (message.Contains("Opset", StringComparison.Ordinal) && message.Contains("under development", StringComparison.Ordinal)
            || message.Contains("opset", StringComparison.OrdinalIgnoreCase) && message.Contains("is not supported", StringComparison.Ordinal))
        {
            return $"it uses a newer operator set than ONNX Runtime {RuntimeVersion} knows. Export it with an older opset, or update ONNX Runtime. ({message})";
        }

        if (message.Contains("is not a registered function/op", StringComparison.Ordinal) || message.Contains("No Op registered for", StringComparison.Ordinal))
        {
            return $"it uses an operator that ONNX Runtime {RuntimeVersion} does not have. Register the library with that operator, or export the model without it. ({message})";
        }

        if (message.Contains("[ErrorCode:NotImplemented]", StringComparison.Ordinal))
        {
            return $"ONNX Runtime {RuntimeVersion} knows one of its operators, but not for this element type on this processor. Export the model with another type. ({message})";
        }

        if (message.Contains("[ErrorCode:InvalidProtobuf]", StringComparison.Ordinal))
        {
            if (IsGitPointer(file))
            {
                return "it is a pointer of Git LFS and not the model itself. Run 'git lfs pull' where it was checked out, and bring the model there again.";
            }

            return $"its {file.Length:N0} bytes are no ONNX model; most often it was truncated on its way. Compare its size and digest with the original. ({message})";
        }

        if (message.Contains("External data path", StringComparison.Ordinal) || message.Contains("External initializer", StringComparison.Ordinal))
        {
            return file.PhysicalPath is null || file.PhysicalPath.StartsWith("/proc/self/fd/", StringComparison.Ordinal)
                ? $"it is in memory, but its weights stand in a file of their own, which only works on disk. Prepare it with 'serverless-inference optimize', which makes one file of it, save it as one file, or take it from a folder. ({message})"
                : $"its weights stand in a file of their own that is not beside it, or is too short. Bring the model with all its files. ({message})";
        }

        if (message.Contains("Failed to construct locale", StringComparison.Ordinal))
        {
            return $"it wants a locale that this system does not have, as scikit-learn's text models do. Set the node's locale attribute to 'C.UTF-8', or LOCPATH to a folder with the compiled locale. ({message})";
        }

        return message;
    }

    // As the specification of Git LFS has it: a pointer is smaller than 1,024 bytes and begins with its version.
    private static bool IsGitPointer(ModelFile file) =>
        file.Length < 1024 && file.ReadAllBytes().Span.StartsWith("version https://git-lfs.github.com/spec/"u8);
}
