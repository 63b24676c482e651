using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Packages;

namespace ServerlessInference.Lambda;

/// <summary>Lets a function fetch at its start what does not fit its deployment package.</summary>
public static class SplitPackageHostExtensions
{
    private const string Message = "Managed assemblies of a split package are loaded at run time, which neither a native nor a trimmed program can do. Call UseSplitPackage.";

    /// <summary>Fetches a split package before anything else of the function is touched: native libraries, ONNX Runtime's own included, models and data.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets options, over what configuration says; may be <see langword="null"/>.</param>
    /// <returns>The builder.</returns>
    /// <remarks>
    /// <para>Its manifest is <c>split-package.json</c> beside the program (<c>/var/task</c>), or what <c>ServerlessInference__SplitPackage__Manifest</c>
    /// names; without one, nothing travels. Archives come from S3, the web, a mount or a layer.</para>
    /// <para>Models are taken from it with <see cref="SplitPackageBuilderExtensions.FromSplitPackage"/>. See docs/guides/split-packages.md.</para>
    /// </remarks>
    public static InferenceFunctionBuilder UseSplitPackage(this InferenceFunctionBuilder builder, Action<SplitPackageOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddServerlessInference().AddS3Models().AddSplitPackage(configure);
        return builder;
    }

    /// <summary>Does the same, and lets the runtime find managed assemblies in the package too. Not for native or trimmed programs.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets options, over what configuration says; may be <see langword="null"/>.</param>
    /// <returns>The builder.</returns>
    /// <remarks>What the program uses before the function is initialised must stay beside it.</remarks>
    [RequiresUnreferencedCode(Message)]
    [RequiresDynamicCode(Message)]
    public static InferenceFunctionBuilder UseSplitPackageAssemblies(this InferenceFunctionBuilder builder, Action<SplitPackageOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddServerlessInference().AddS3Models().AddSplitPackageAssemblies(configure);
        return builder;
    }
}
