namespace ServerlessInference.Tokenizers;

/// <summary>A piece of a sequence template: one of the texts, or special tokens.</summary>
/// <param name="Sequence">0 or 1 for a text, -1 for special tokens.</param>
/// <param name="Ids">The special tokens; empty for a text.</param>
/// <param name="TypeId">The type id of the piece's tokens.</param>
internal readonly record struct TemplatePiece(int Sequence, int[] Ids, int TypeId);
