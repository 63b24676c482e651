namespace ServerlessInference.Text;

/// <summary>The embedding of one text: texts of similar meaning have vectors of similar direction.</summary>
/// <param name="Vector">The vector. If it is normalized, its length is 1, so that the dot product of two vectors is their cosine
/// similarity.</param>
public sealed record TextEmbedding(ReadOnlyMemory<float> Vector);
