using ServerlessInference.Tokenizers;

namespace ServerlessInference.Text;

/// <summary>How a model's sequences are padded.</summary>
/// <param name="TokenId">The id of the padding token.</param>
/// <param name="TypeId">The type id of padding tokens.</param>
/// <param name="Side">The side at which padding is added.</param>
internal readonly record struct SequencePadding(int TokenId, int TypeId, TextSide Side)
{
    /// <summary>Gets where a sequence starts in its row.</summary>
    /// <param name="count">The length of the sequence.</param>
    /// <param name="length">The length of the row.</param>
    internal int GetStart(int count, int length) => Side == TextSide.Left ? length - count : 0;
}
