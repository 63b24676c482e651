using System.CommandLine;
using ServerlessInference.Tool.Output;

namespace ServerlessInference.Tool.Commands;

/// <summary>The command <c>package</c>: packages a function so that it fits Lambda's limits.</summary>
internal static class PackageCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create(ToolConsole console) => new(
        "package", "Split a function that is too large for its deployment package, write layers, check manifests.")
    {
        PackageSplitCommand.Create(console), PackageLayerCommand.Create(console), PackageVerifyCommand.Create(console),
    };
}
