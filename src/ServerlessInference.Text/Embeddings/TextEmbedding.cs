namespace ServerlessInference.Text.Embeddings;

/// <summary>A text as a vector: texts that mean alike have vectors that point alike.</summary>
/// <param name="Vector">The vector; of length 1 where it is normalised, so that the dot product is the cosine.</param>
public sealed record TextEmbedding(ReadOnlyMemory<float> Vector);
