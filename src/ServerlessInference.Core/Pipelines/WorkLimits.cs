namespace ServerlessInference.Pipelines;

/// <summary>How much work of all models together goes on at the same time; what would be more waits for its turn.</summary>
/// <remarks>
/// <para>Register one as a singleton. Without one nothing is limited, but for functions of ServerlessInference.Lambda, which derive it
/// from the function's memory.</para>
/// <para>Not read from configuration: options would cost a cold start more than the limits do. Immutable.</para>
/// </remarks>
public sealed class WorkLimits
{
    /// <summary>Gets how many bytes decoded inputs (an image's pixels) may take together, from their decoding until their tensors are filled.</summary>
    /// <value>Above zero; <see langword="null"/>, the default, for no limit. An input that alone needs more is decoded while no other is.</value>
    public long? WorkingMemoryBytes { get; init; }

    /// <summary>Gets how many runs of models go on side by side. Each takes native memory for its activations and all its threads.</summary>
    /// <value>Above zero; <see langword="null"/>, the default, for no limit.</value>
    public int? ConcurrentRuns { get; init; }
}
