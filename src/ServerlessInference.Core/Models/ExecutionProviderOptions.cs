using System.ComponentModel.DataAnnotations;

namespace ServerlessInference.Models;

/// <summary>An execution provider of ONNX Runtime: what runs the operators.</summary>
public sealed class ExecutionProviderOptions
{
    /// <summary>Gets or sets its name.</summary>
    /// <value>As ONNX Runtime says it, such as <c>CUDAExecutionProvider</c>, or short: <c>CUDA</c>. Case does not matter.</value>
    [Required]
    public string Name { get; set; } = string.Empty;

    /// <summary>Gets its settings, as the provider's own documentation names them.</summary>
    /// <value>Such as <c>device_id</c>: <c>0</c>. Empty by default.</value>
    public IDictionary<string, string> Options { get; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
