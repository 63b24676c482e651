using System.Diagnostics.CodeAnalysis;
using ServerlessInference.Vision.Detection.Heads;

namespace ServerlessInference.Vision.Detection;

/// <summary>The output with the boxes of a model and its possible heads, or the reason why none was found. Immutable.</summary>
internal sealed class HeadSelection
{
    private HeadSelection(int output, HeadQuery query, HeadDefinition[] heads, string? failure)
    {
        Output = output;
        Query = query;
        Heads = heads;
        Failure = failure;
    }

    /// <summary>Gets the index of the output.</summary>
    public int Output { get; }

    /// <summary>Gets the known properties of the output.</summary>
    public HeadQuery Query { get; }

    /// <summary>Gets the heads that match. There are several only if some axes are not known yet.</summary>
    public IReadOnlyList<HeadDefinition> Heads { get; }

    /// <summary>Gets the reason why no head was found; <see langword="null"/> if one was found.</summary>
    public string? Failure { get; }

    /// <summary>Gets a value indicating whether a head was found.</summary>
    [MemberNotNullWhen(false, nameof(Failure))]
    public bool IsFound => Failure is null;

    public static HeadSelection Success(int output, in HeadQuery query, HeadDefinition[] heads) =>
        new(output, query, heads, null);

    public static HeadSelection Fail(string failure) => new(-1, default, [], failure);
}
