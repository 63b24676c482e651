using System.CommandLine;
using ServerlessInference.Tool.Output;

namespace ServerlessInference.Tool.Commands;

/// <summary>The command <c>package</c>: makes of a publish folder what fits Lambda's limits.</summary>
internal static class PackageCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create(ToolConsole console) => new("package", "Split a function that is too large for its deployment package, make layers, check manifests.")
    {
        PackageSplitCommand.Create(console), PackageLayerCommand.Create(console), PackageVerifyCommand.Create(console),
    };
}
