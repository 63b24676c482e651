using Microsoft.Extensions.Options;

namespace ServerlessInference.Text.Embeddings.Internal;

[OptionsValidator]
internal sealed partial class TextEmbeddingOptionsValidator : IValidateOptions<TextEmbeddingOptions>;
