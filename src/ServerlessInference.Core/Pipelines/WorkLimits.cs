namespace ServerlessInference.Pipelines;

/// <summary>Limits how much work all models together do at the same time. Work beyond the limits waits.</summary>
/// <remarks>
/// <para>Register an instance as a singleton. Without one, nothing is limited, except in functions of ServerlessInference.Lambda, which
/// derive the limits from the memory of the function.</para>
/// <para>The limits are not read from configuration, because options would make a cold start slower. Immutable.</para>
/// </remarks>
/// <example>
/// <code>
/// services.AddSingleton(new WorkLimits { WorkingMemoryBytes = 256 * 1024 * 1024, ConcurrentRuns = 4 });
/// </code>
/// </example>
public sealed class WorkLimits
{
    /// <summary>
    /// Gets how many bytes decoded inputs (pixels of images) may use together, from decoding until their tensors are filled.
    /// </summary>
    /// <value>
    /// Above zero; <see langword="null"/>, the default, for no limit. An input that needs more than the limit is decoded alone.
    /// </value>
    public long? WorkingMemoryBytes { get; init; }

    /// <summary>
    /// Gets how many bytes one decoded input (the pixels of an image) may use. An input that needs more is refused before it is decoded.
    /// </summary>
    /// <value>
    /// Above zero; <see langword="null"/>, the default, for no limit. Functions of ServerlessInference.Lambda use what the managed heap
    /// has beside the event.
    /// </value>
    public long? MaxInputBytes { get; init; }

    /// <summary>
    /// Gets the maximum number of model runs in parallel. Each run uses native memory for its activations, and all threads.
    /// </summary>
    /// <value>Above zero; <see langword="null"/>, the default, for no limit.</value>
    public int? ConcurrentRuns { get; init; }
}
