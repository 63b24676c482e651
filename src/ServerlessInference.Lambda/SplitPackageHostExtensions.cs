using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Packages;

namespace ServerlessInference.Lambda;

/// <summary>Lets a function fetch files during its start that do not fit into its deployment package.</summary>
public static class SplitPackageHostExtensions
{
    private const string Message = "Managed assemblies of a split package are loaded at run time, " +
        "which neither a native nor a trimmed program can do. Call UseSplitPackage.";

    /// <summary>
    /// Fetches a split package before anything else of the function is used: native libraries (including ONNX Runtime's), models and data.
    /// </summary>
    /// <param name="builder">The function.</param>
    /// <param name="configure">Sets options, which override the configuration; may be <see langword="null"/>.</param>
    /// <returns>The function.</returns>
    /// <remarks>
    /// <para>The package's manifest is <c>split-package.json</c> next to the program (<c>/var/task</c>), or the file that
    /// <c>ServerlessInference__SplitPackage__Manifest</c> names. If there is no manifest, nothing is fetched. Archives are fetched from S3,
    /// a web server, a mounted folder or a layer.</para>
    /// <para>Models are loaded from the package with <see cref="SplitPackageBuilderExtensions.FromSplitPackage"/>. See
    /// docs/guides/split-packages.md.</para>
    /// </remarks>
    /// <example>
    /// <code>
    /// app.UseSplitPackage(package => package.BaseUri = "s3://packages/shapes/");
    /// app.Services.AddServerlessInference().AddModel("shapes", model => model.FromSplitPackage("models/shapes").UseImageClassification());
    /// </code>
    /// </example>
    public static InferenceFunctionBuilder UseSplitPackage(
        this InferenceFunctionBuilder builder, Action<SplitPackageOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddServerlessInference().AddS3Models().AddSplitPackage(configure);
        return builder;
    }

    /// <summary>
    /// Does the same, and lets the runtime find managed assemblies in the package as well. Not for native or trimmed programs.
    /// </summary>
    /// <param name="builder">The function.</param>
    /// <param name="configure">Sets options, which override the configuration; may be <see langword="null"/>.</param>
    /// <returns>The function.</returns>
    /// <remarks>Assemblies that the program uses before the function is initialised must remain next to the program.</remarks>
    [RequiresUnreferencedCode(Message)]
    [RequiresDynamicCode(Message)]
    public static InferenceFunctionBuilder UseSplitPackageAssemblies(
        this InferenceFunctionBuilder builder, Action<SplitPackageOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddServerlessInference().AddS3Models().AddSplitPackageAssemblies(configure);
        return builder;
    }
}
