namespace ServerlessInference.Tokenizers;

/// <summary>The special tokens around texts, by their content: <c>$A</c> and <c>$B</c> are the texts, and a number after a colon is a type
/// id.</summary>
/// <param name="Single">The template of one text.</param>
/// <param name="Pair">The template of two texts.</param>
/// <param name="IsRoberta">Whether the post-processor is RoBERTa's, whose type ids hold for all windows.</param>
internal sealed record ConvertedTemplate(string Single, string Pair, bool IsRoberta = false)
{
    /// <summary>Gets the template without special tokens.</summary>
    internal static ConvertedTemplate Plain { get; } = new("$A", "$A $B:1", IsRoberta: true);

    /// <summary>Creates the template of one text, and of two with two separators between them.</summary>
    internal static ConvertedTemplate CreateRoberta(string start, string end) =>
        new($"{start} $A {end}", $"{start} $A {end} {end} $B {end}", IsRoberta: true);

    /// <summary>Creates the template.</summary>
    /// <param name="findId">Finds the id of a token.</param>
    /// <exception cref="System.Text.Json.JsonException">The vocabulary lacks a special token.</exception>
    internal SequenceTemplate Create(Func<string, int?> findId)
    {
        return new SequenceTemplate(CreatePieces(Single), CreatePieces(Pair)) { IsForFirstWindow = !IsRoberta };

        TemplatePiece[] CreatePieces(string template) => Array.ConvertAll(template.Split(' '), piece =>
        {
            int colon = piece.LastIndexOf(':');
            bool hasType = colon > 0 && colon == piece.Length - 2 && char.IsAsciiDigit(piece[^1]);
            int typeId = hasType ? piece[^1] - '0' : 0;
            string content = hasType ? piece[..colon] : piece;
            return content switch
            {
                "$A" => new TemplatePiece(0, [], typeId),
                "$B" => new TemplatePiece(1, [], typeId),
                _ => new TemplatePiece(-1, [FindId(content)], typeId),
            };
        });

        int FindId(string token) => findId(token)
            ?? throw new System.Text.Json.JsonException($"The vocabulary lacks the special token '{token}'.");
    }
}
