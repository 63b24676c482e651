namespace ServerlessInference.Pipelines;

/// <summary>What was decoded from the bytes of an event: one input, or several that are answered together by an array.</summary>
/// <typeparam name="TInput">The type of an input.</typeparam>
/// <remarks>Immutable.</remarks>
public readonly record struct EncodedInputs<TInput>
{
    private readonly TInput _single;
    private readonly IReadOnlyList<TInput>? _several;

    /// <summary>Creates one input, which is answered by one answer.</summary>
    /// <param name="input">The input.</param>
    public EncodedInputs(TInput input)
    {
        _single = input;
        _several = null;
    }

    /// <summary>Creates several inputs, which are answered by an array.</summary>
    /// <param name="several">The inputs; may be empty.</param>
    public EncodedInputs(IReadOnlyList<TInput> several)
    {
        ArgumentNullException.ThrowIfNull(several);
        _single = default!;
        _several = several;
    }

    /// <summary>Gets a value indicating whether this is one input that is not answered by an array.</summary>
    public bool IsSingle => _several is null;

    /// <summary>Gets the number of inputs.</summary>
    public int Count => _several?.Count ?? 1;

    /// <summary>Gets an input.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    /// <returns>The input.</returns>
    public TInput this[int index] => _several is not null ? _several[index]
        : index == 0 ? _single
        : throw new ArgumentOutOfRangeException(nameof(index));
}
