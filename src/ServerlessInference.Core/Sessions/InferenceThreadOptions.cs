using System.ComponentModel.DataAnnotations;
using ServerlessInference.Models;

namespace ServerlessInference.Sessions;

/// <summary>The threads that all models of a process share.</summary>
/// <remarks>
/// <para>Read from the configuration section <c>ServerlessInference:Threads</c> first (environment:
/// <c>ServerlessInference__Threads__IntraOp</c>). Code that sets options, <c>services.Configure&lt;InferenceThreadOptions&gt;(…)</c> after
/// <c>AddServerlessInference</c>, runs afterwards and wins. A model that sets <see cref="ModelOptions.IntraOpThreads"/>,
/// <see cref="ModelOptions.InterOpThreads"/> or <see cref="ModelOptions.AllowSpinning"/> has threads of its own instead.</para>
/// <para>ONNX Runtime creates the threads once per process, when the first model is loaded. Later changes have no effect.</para>
/// </remarks>
public sealed class InferenceThreadOptions
{
    /// <summary>Gets or sets the number of threads that work on one operator, including the calling thread.</summary>
    /// <value>
    /// 1 to 128; 0, the default, lets the host choose: on Lambda by the memory of the function, elsewhere one thread per processor.
    /// </value>
    [Range(0, 128)]
    public int IntraOp { get; set; }

    /// <summary>Gets or sets the number of threads on which operators of one model run in parallel.</summary>
    /// <value>1 to 128. The default is 1, which runs them in sequence.</value>
    [Range(1, 128)]
    public int InterOp { get; set; } = 1;

    /// <summary>Gets or sets a value indicating whether idle threads spin while they wait for work.</summary>
    /// <value>The default is <see langword="false"/>, because spinning consumes the CPU time that a function pays for.</value>
    public bool AllowSpinning { get; set; }
}
