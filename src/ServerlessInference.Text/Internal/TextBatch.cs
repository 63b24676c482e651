using ServerlessInference.Tokenizers;

namespace ServerlessInference.Text;

/// <summary>The token sequences of a batch, for the postprocessor. Reused between requests.</summary>
internal sealed class TextBatch
{
    internal TokenBatch Tokens { get; } = new();

    /// <summary>Gets or sets how the sequences are padded in the model's tensors.</summary>
    internal SequencePadding Padding { get; set; }
}
