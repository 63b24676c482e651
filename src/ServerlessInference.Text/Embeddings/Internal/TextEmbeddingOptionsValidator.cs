using Microsoft.Extensions.Options;

namespace ServerlessInference.Text.Embeddings;

[OptionsValidator]
internal sealed partial class TextEmbeddingOptionsValidator : IValidateOptions<TextEmbeddingOptions>;
