using System.ComponentModel.DataAnnotations;
using ServerlessInference.Models;

namespace ServerlessInference.Sessions;

/// <summary>The threads that all models of a process share.</summary>
/// <remarks>
/// <para>
/// Read from the configuration section <c>ServerlessInference:Threads</c> (environment: <c>ServerlessInference__Threads__IntraOp</c>), then
/// set by code: <c>services.Configure&lt;InferenceThreadOptions&gt;(…)</c> after <c>AddServerlessInference</c>. A model that sets <see cref="ModelOptions.IntraOpThreads"/>,
/// <see cref="ModelOptions.InterOpThreads"/> or <see cref="ModelOptions.AllowSpinning"/> has threads of its own instead.
/// </para>
/// <para>ONNX Runtime makes them once in a process, when the first model is loaded; later changes have no effect.</para>
/// </remarks>
public sealed class InferenceThreadOptions
{
    /// <summary>Gets or sets the number of threads that work on one operator, the caller's among them.</summary>
    /// <value>1 to 128; 0, the default, takes the host's choice: on Lambda from the function's memory, elsewhere one for each processor.</value>
    [Range(0, 128)]
    public int IntraOp { get; set; }

    /// <summary>Gets or sets the number of threads on which operators of one model run side by side.</summary>
    /// <value>1 to 128. The default is 1, which runs them in order.</value>
    [Range(1, 128)]
    public int InterOp { get; set; } = 1;

    /// <summary>Gets or sets a value indicating whether idle threads spin for work.</summary>
    /// <value>The default is <see langword="false"/>: spinning burns the CPU share that a function pays for.</value>
    public bool AllowSpinning { get; set; }
}
