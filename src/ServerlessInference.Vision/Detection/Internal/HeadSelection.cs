using System.Diagnostics.CodeAnalysis;
using ServerlessInference.Vision.Detection.Internal.Heads;

namespace ServerlessInference.Vision.Detection.Internal;

/// <summary>The output that holds a model's boxes and the heads it may be of, or why there is none. Immutable.</summary>
internal sealed class HeadSelection
{
    private HeadSelection(int output, HeadQuery query, IDetectionHeadDecoder[] decoders, string? failure)
    {
        Output = output;
        Query = query;
        Decoders = decoders;
        Failure = failure;
    }

    /// <summary>Gets the output's index.</summary>
    public int Output { get; }

    /// <summary>Gets what is known of the output.</summary>
    public HeadQuery Query { get; }

    /// <summary>Gets the heads that fit; more than one only where axes are not known yet.</summary>
    public IReadOnlyList<IDetectionHeadDecoder> Decoders { get; }

    /// <summary>Gets why there is none; <see langword="null"/> where there is one.</summary>
    public string? Failure { get; }

    /// <summary>Gets a value indicating whether a head was found.</summary>
    [MemberNotNullWhen(false, nameof(Failure))]
    public bool IsFound => Failure is null;

    public static HeadSelection Found(int output, in HeadQuery query, IDetectionHeadDecoder[] decoders) => new(output, query, decoders, null);

    public static HeadSelection Failed(string failure) => new(-1, default, [], failure);
}
