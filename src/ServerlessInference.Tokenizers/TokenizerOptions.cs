namespace ServerlessInference.Tokenizers;

/// <summary>What a <see cref="Tokenizer"/> needs to know besides the token model.</summary>
public sealed class TokenizerOptions
{
    /// <summary>Gets the special tokens around one text and around two.</summary>
    /// <value>The default is <see cref="SequenceTemplate.Plain"/>: no special tokens.</value>
    public SequenceTemplate Template { get; init; } = SequenceTemplate.Plain;

    /// <summary>Gets the id of the padding token.</summary>
    /// <value>The default is 0; null if there is none.</value>
    public int? PadTokenId { get; init; } = 0;

    /// <summary>Gets the type id of padding tokens.</summary>
    /// <value>The default is 0.</value>
    public int PadTypeId { get; init; }

    /// <summary>Gets the side at which pipelines pad sequences for the model.</summary>
    /// <value>The default is <see cref="TextSide.Right"/>.</value>
    public TextSide PaddingSide { get; init; }

    /// <summary>Gets the side at which pipelines truncate texts for the model.</summary>
    /// <value>The default is <see cref="TextSide.Right"/>.</value>
    public TextSide TruncationSide { get; init; }

    /// <summary>Gets the id of the token that starts a sequence.</summary>
    /// <value>The default is null: there is none.</value>
    public int? ClassTokenId { get; init; }

    /// <summary>Gets the id of unknown words.</summary>
    /// <value>The default is null: there is none.</value>
    public int? UnknownTokenId { get; init; }

    /// <summary>Gets the maximum length in tokens of a sequence that the model takes.</summary>
    /// <value>The default is null: it is not known.</value>
    public int? ModelMaxLength { get; init; }
}
