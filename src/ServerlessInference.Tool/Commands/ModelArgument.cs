using System.CommandLine;

namespace ServerlessInference.Tool.Commands;

/// <summary>The argument MODEL, which all commands that run a model share.</summary>
internal static class ModelArgument
{
    /// <summary>Creates the argument.</summary>
    public static Argument<string> Create() => new("model")
    {
        Description = "The model: an .onnx or .ort file, or a directory that contains one.",
        HelpName = "MODEL",
    };
}
