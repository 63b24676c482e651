using System.CommandLine;

namespace ServerlessInference.Tool.Commands;

/// <summary>The argument MODEL, the same on every command that tries one.</summary>
internal static class ModelArgument
{
    /// <summary>Creates the argument.</summary>
    public static Argument<string> Create() => new("model")
    {
        Description = "The model: an .onnx or .ort file, or a folder with one.",
        HelpName = "MODEL",
    };
}
