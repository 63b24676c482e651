using ServerlessInference.Tokenizers.Models;
using ServerlessInference.Tokenizers.Normalization;
using ServerlessInference.Tokenizers.PreTokenization;

namespace ServerlessInference.Tokenizers;

/// <summary>The working memory of a <see cref="PipelineEncoder"/>, kept between calls. One thread at a time uses it.</summary>
internal sealed class PipelineWorkspace
{
    private const int MaxKeptLength = 1 << 16;

    private AlignedText _text = new();
    private AlignedText _nextText = new();
    private AlignedText _split = new();
    private AlignedText _nextSplit = new();
    private PieceList _pieces = new();
    private PieceList _nextPieces = new();

    internal NormalizerScratch Normalizer { get; } = new();

    internal ModelScratch Model { get; } = new();

    internal WordTokens Tokens { get; } = new();

    internal WordCache Cache { get; } = new();

    /// <summary>Gets the normalized text.</summary>
    internal AlignedText Text => _text;

    /// <summary>Gets the empty text that the next step of normalization writes.</summary>
    internal AlignedText NextText
    {
        get
        {
            _nextText.Reset(_text.Origin);
            return _nextText;
        }
    }

    internal AlignedText Split => _split;

    internal AlignedText NextSplit
    {
        get
        {
            _nextSplit.Reset(0);
            return _nextSplit;
        }
    }

    internal PieceList Pieces => _pieces;

    internal PieceList NextPieces
    {
        get
        {
            _nextPieces.Clear();
            return _nextPieces;
        }
    }

    internal void AdvanceText() => (_text, _nextText) = (_nextText, _text);

    internal void AdvanceSplit() => (_split, _nextSplit) = (_nextSplit, _split);

    internal void AdvancePieces() => (_pieces, _nextPieces) = (_nextPieces, _pieces);

    /// <summary>Releases the memory of an unusually long text.</summary>
    internal void Trim()
    {
        _text.Trim(MaxKeptLength);
        _nextText.Trim(MaxKeptLength);
        _split.Trim(MaxKeptLength);
        _nextSplit.Trim(MaxKeptLength);
        _pieces.Trim(MaxKeptLength);
        _nextPieces.Trim(MaxKeptLength);
        Tokens.Trim(MaxKeptLength);
        Model.Trim();
    }
}
