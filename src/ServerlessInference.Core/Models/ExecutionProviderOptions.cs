using System.ComponentModel.DataAnnotations;

namespace ServerlessInference.Models;

/// <summary>Selects an execution provider of ONNX Runtime, which is the component that runs the operators.</summary>
public sealed class ExecutionProviderOptions
{
    /// <summary>Gets or sets the name of the provider.</summary>
    /// <value>
    /// The name that ONNX Runtime uses, such as <c>CUDAExecutionProvider</c>, or its short form <c>CUDA</c>; case-insensitive.
    /// </value>
    [Required]
    public string Name { get; set; } = string.Empty;

    /// <summary>Gets the settings of the provider, with the names used in the provider's documentation.</summary>
    /// <value>For example <c>device_id</c> = <c>0</c>. Empty by default.</value>
    public IDictionary<string, string> Options { get; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
